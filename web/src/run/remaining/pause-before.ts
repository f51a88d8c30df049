/** Pauses the run before the lines that the user is editing, with an ordinary breakpoint that all viewers see. */
import type { Ref } from 'vue';
import { computed, ref, type ComputedRef } from 'vue';
import { isAt, plainBreakpoint } from '../record/breakpoint-list.ts';
import { useRunPageContext } from '../context/run-page-context.ts';
import { SCRIPT } from '../record/source-location.ts';
import type { RunFrame } from '../record/use-run.ts';

export interface PauseBefore {
  /** The line before which the run pauses; null if it does not. */
  line: ComputedRef<number | null>;
  request: () => Promise<void>;
  cancel: () => Promise<void>;
}

export function usePauseBefore(frame: Readonly<Ref<RunFrame>>): PauseBefore {
  const { breakpoints } = useRunPageContext();
  const ownLine = ref<number | null>(null);
  const scriptLine = (line: number) => ({ file: SCRIPT, line });
  return {
    line: computed(() => {
      const line = ownLine.value;
      if (line === null || !breakpoints.accepted.value.some((b) => isAt(b, scriptLine(line)))) return null;
      return line;
    }),
    request: async () => {
      const next = frame.value.view.statements.find((s) => s.state === 'PENDING');
      if (!next || breakpoints.accepted.value.some((b) => isAt(b, scriptLine(next.firstLine)))) return;
      ownLine.value = next.firstLine;
      await breakpoints.put(plainBreakpoint(scriptLine(next.firstLine)));
    },
    cancel: async () => {
      const line = ownLine.value;
      ownLine.value = null;
      if (line !== null) await breakpoints.remove(scriptLine(line));
    },
  };
}
