/** The trace, and the call in its stack, that keys and panels act on. */
import type { Frame } from '@sequencer/model/events';
import type { PromptView, TraceView } from '@sequencer/model/run-view';
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue';
import type { RunFrame } from '../record/use-run.ts';

/** How long the focus stays on a trace after a step, until it stops again, in ms. */
const STEP_GRACE_MS = 700;

export interface Focus {
  /** The stopped trace in focus; null if there is none. */
  trace: ComputedRef<TraceView | null>;
  prompt: ComputedRef<PromptView | null>;
  stopped: ComputedRef<TraceView[]>;
  /** Index of the call, from the innermost (0) outwards. */
  frame: Ref<number>;
  call: ComputedRef<Frame | null>;
  /** The trace in focus was resumed less than STEP_GRACE_MS ago. */
  isStepping: Readonly<Ref<boolean>>;
  select: (trace: number) => void;
  /** Selects the previous or next stopped trace. */
  selectAdjacent: (by: 1 | -1) => void;
  /** Keeps the focus on the trace for STEP_GRACE_MS, because a step resumes it. */
  markStepping: () => void;
}

export function useFocus(shown: Readonly<Ref<RunFrame | null>>): Focus {
  const selected = ref<number | null>(null);
  const isStepping = ref(false);
  const frame = ref(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Copies: traces change in place, which Vue would not notice.
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
