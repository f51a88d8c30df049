/** What the parts of the run page get of a run, and what they derive from it. */
import { computed, type ComputedRef } from 'vue';
import { scriptLines } from '../../lib/script-lines.ts';
import type { RunFrame, RunInfo, RunState } from './use-run.ts';

export interface RunProps {
  info: RunInfo;
  state: RunState;
  frame: RunFrame;
  now: number;
}

/** @returns the view of the shown moment, and the lines of the script */
export function useRunView(props: Pick<RunProps, 'info' | 'frame'>): {
  view: ComputedRef<RunFrame['view']>;
  lines: ComputedRef<string[]>;
} {
  return {
    // A copy: the view changes in place, which Vue would not notice.
    view: computed(() => ({ ...props.frame.view })),
    lines: computed(() => scriptLines(props.info.script)),
  };
}
