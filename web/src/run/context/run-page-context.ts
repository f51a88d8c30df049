/** What the parts of a run's page share: the trace in focus, the breakpoints, the file that is open, the cursor. */
import { inject, shallowRef, type InjectionKey, type ShallowRef } from 'vue';
import type { RunBreakpoints } from './use-breakpoints.ts';
import type { Focus } from './focus.ts';
import type { OpenFile } from './open-file.ts';
import type { Place } from '../data/source-location.ts';
import type { RunModel } from '../data/use-run.ts';

export interface Desk {
  id: string;
  focus: Focus;
  breakpoints: RunBreakpoints;
  files: OpenFile;
  /** Where the cursor is, in the script or in the file that is open. */
  cursor: ShallowRef<Place | null>;
  onEvent: RunModel['onEvent'];
}

export const deskKey: InjectionKey<Desk> = Symbol('desk');

export function useDesk(): Desk {
  const desk = inject(deskKey);
  if (!desk) throw new Error('no desk');
  return desk;
}

export function useCursor(): Desk['cursor'] {
  return shallowRef<Place | null>(null);
}
