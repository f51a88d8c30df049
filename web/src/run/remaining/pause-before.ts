/** While somebody edits, the run stops by itself before what they edit: a breakpoint like any other, seen by all. */
import type { Ref } from 'vue';
import { computed, ref, type ComputedRef } from 'vue';
import { isAt, plainBreakpoint } from '../data/breakpoint-list.ts';
import { useRunPageContext } from '../context/run-page-context.ts';
import { SCRIPT } from '../data/source-location.ts';
import type { RunFrame } from '../data/use-run.ts';

export interface PauseBefore {
  /** The line that it stops at; null when it does not. */
  line: ComputedRef<number | null>;
  request: () => Promise<void>;
  cancel: () => Promise<void>;
}

export function usePauseBefore(frame: Readonly<Ref<RunFrame>>): PauseBefore {
  const { breakpoints } = useRunPageContext();
  const own = ref<number | null>(null);
  const place = (line: number) => ({ file: SCRIPT, line });
  return {
    line: computed(() => {
      const line = own.value;
      if (line === null || !breakpoints.accepted.value.some((b) => isAt(b, place(line)))) return null;
      return line;
    }),
    request: async () => {
      const next = frame.value.view.statements.find((s) => s.state === 'PENDING');
      if (!next || breakpoints.accepted.value.some((b) => isAt(b, place(next.firstLine)))) return;
      own.value = next.firstLine;
      await breakpoints.put(plainBreakpoint(place(next.firstLine)));
    },
    cancel: async () => {
      const line = own.value;
      own.value = null;
      if (line !== null) await breakpoints.remove(place(line));
    },
  };
}
