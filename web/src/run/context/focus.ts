/** Which trace, and which of its calls, the keys and the panels are about. */
import type { Frame } from '@sequencer/model/events';
import type { PromptView, TraceView } from '@sequencer/model/run-view';
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue';
import type { RunFrame } from '../data/use-run.ts';

/** A trace that was stepped is on its way to its next line: for so long the focus waits for it, in ms. */
const STEP_GRACE_MS = 700;

export interface Focus {
  /** A stopped trace; null when none is. */
  trace: ComputedRef<TraceView | null>;
  prompt: ComputedRef<PromptView | null>;
  stopped: ComputedRef<TraceView[]>;
  /** Counted from the innermost call (0) outwards. */
  frame: Ref<number>;
  call: ComputedRef<Frame | null>;
  /** The trace in focus was told to go on a moment ago. */
  isStepping: Readonly<Ref<boolean>>;
  select: (trace: number) => void;
  /** To the stopped trace before or after this one. */
  selectAdjacent: (by: 1 | -1) => void;
  /** The trace in focus was told to go on, and comes back if it stops soon. */
  markStepping: () => void;
}

export function useFocus(shown: Readonly<Ref<RunFrame | null>>): Focus {
  const selected = ref<number | null>(null);
  const isStepping = ref(false);
  const frame = ref(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Copies: traces are changed in place, and what depends on them has to notice.
  const stopped = computed(() => (shown.value?.view.traces ?? []).filter((t) => t.prompt).map((t) => ({ ...t })));
  const trace = computed(() => {
    const own = stopped.value.find((t) => t.id === selected.value);
    return own ?? (isStepping.value ? null : (stopped.value[0] ?? null));
  });
  const prompt = computed(() => trace.value?.prompt ?? null);
  const call = computed(() => prompt.value?.stack.at(-1 - frame.value) ?? null);

  watch(
    () => prompt.value?.number,
    () => (frame.value = 0),
  );
  return {
    trace,
    prompt,
    stopped,
    frame,
    call,
    isStepping,
    select: (id) => {
      selected.value = id;
      frame.value = 0;
    },
    selectAdjacent: (by) => {
      const { length } = stopped.value;
      if (length === 0) return;
      const at = stopped.value.findIndex((t) => t.id === trace.value?.id);
      selected.value = stopped.value[(at + by + length) % length]?.id ?? null;
      frame.value = 0;
    },
    markStepping: () => {
      selected.value = trace.value?.id ?? selected.value;
      isStepping.value = true;
      clearTimeout(timer);
      timer = setTimeout(() => (isStepping.value = false), STEP_GRACE_MS);
    },
  };
}
