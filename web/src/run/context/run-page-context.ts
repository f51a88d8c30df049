/** State that the parts of a run's page share: the trace in focus, the breakpoints, the open file and the cursor. */
import { inject, shallowRef, type ComputedRef, type InjectionKey, type ShallowRef } from 'vue';
import type { RunBreakpoints } from './use-breakpoints.ts';
import type { Focus } from './focus.ts';
import type { OpenFile } from './open-file.ts';
import type { SourceLocation } from '../record/source-location.ts';
import type { RunModel } from '../record/use-run.ts';

export interface RunPageContext {
  id: string;
  /** The user may only watch this telescope. */
  isReadOnly: ComputedRef<boolean>;
  focus: Focus;
  breakpoints: RunBreakpoints;
  files: OpenFile;
  /** Location of the cursor in the script or in the open file. */
  cursor: ShallowRef<SourceLocation | null>;
  onEvent: RunModel['onEvent'];
}

export const runPageContextKey: InjectionKey<RunPageContext> = Symbol('run page');

export function useRunPageContext(): RunPageContext {
  const context = inject(runPageContextKey);
  if (!context) throw new Error('useRunPageContext: no run page above this component');
  return context;
}

export function useCursor(): RunPageContext['cursor'] {
  return shallowRef<SourceLocation | null>(null);
}
