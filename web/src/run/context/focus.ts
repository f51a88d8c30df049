/**
 * The trace, and the call in its stack, that keys and panels act on.
 *
 * The focus keeps the user's place. It moves when the user selects another trace. It moves automatically only while the
 * trace in focus runs, and not to a thread that a pause has stopped before the main thread.
 */
import type { Frame } from '@sequencer/model/events';
import { blockingTrace, type PromptView, type RunView, type TraceView } from '@sequencer/model/run-view';
import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue';

/** How long the focus stays on a trace that runs, because it may only make a step, in ms. */
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
  /** Keeps the focus on the trace until its step ends, or until another trace stops. */
  markStepping: () => void;
}

/** Whether the main thread can still reach its next line: a stopped task blocks the thread of its loop. */
function isMainRunning({ traces }: RunView): boolean {
  const main = traces.find((trace) => trace.id === 1);
  return main?.state === 'RUNNING' && blockingTrace(traces, main) === null;
}

export function useFocus(shown: Readonly<Ref<{ view: RunView } | null>>): Focus {
  const selected = ref<number | null>(null);
  const isStepping = ref(false);
  const frame = ref(0);
  /** The newest prompt at the time of a step. Until the step ends, only a trace that stops later takes the focus. */
  let promptBeforeStep = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Copies: traces change in place, which Vue would not notice.
  const stopped = computed(() => (shown.value?.view.traces ?? []).filter((t) => t.prompt).map((t) => ({ ...t })));
  const find = (id: number | null) => stopped.value.find((t) => t.id === id) ?? null;
  const trace = computed(() => find(selected.value));
  const prompt = computed(() => trace.value?.prompt ?? null);
  const call = computed(() => prompt.value?.stack.at(-1 - frame.value) ?? null);

  function select(id: number | null): void {
    selected.value = id;
    promptBeforeStep = 0;
    frame.value = 0;
  }

  function followStops(now: TraceView[], before: TraceView[]): void {
    const view = shown.value?.view;
    if (!view) return;
    if (trace.value) {
      endGrace(trace.value);
      return;
    }
    if (before.some((t) => t.id === selected.value)) startGrace();
    const own = view.traces.find((t) => t.id === selected.value);
    if (!own || own.state === 'ENDED') promptBeforeStep = 0;
    if (isStepping.value) return;
    const isWaiting = view.pause.state === 'pending' && isMainRunning(view);
    const next = now.find(
      ({ prompt: p }) => p !== null && p.number > promptBeforeStep && !(isWaiting && p.reason === 'pause'),
    );
    if (next) select(next.id);
    else if (now.length === 0 && promptBeforeStep === 0) selected.value = null;
  }
  function startGrace(): void {
    clearTimeout(timer);
    isStepping.value = true;
    timer = setTimeout(() => {
      isStepping.value = false;
      followStops(stopped.value, []);
    }, STEP_GRACE_MS);
  }
  function endGrace(own: TraceView): void {
    clearTimeout(timer);
    isStepping.value = false;
    if (own.prompt && own.prompt.number > promptBeforeStep) promptBeforeStep = 0;
  }
  watch(
    stopped,
    (now, before) => {
      followStops(now, before ?? []);
    },
    { immediate: true, flush: 'sync' },
  );
  watch(
    () => prompt.value?.number,
    () => (frame.value = 0),
  );
  onScopeDispose(() => {
    clearTimeout(timer);
  });
  return {
    trace,
    prompt,
    stopped,
    frame,
    call,
    isStepping,
    select,
    selectAdjacent: (by) => {
      const { length } = stopped.value;
      if (length === 0) return;
      const at = stopped.value.findIndex((t) => t.id === trace.value?.id);
      const next = at < 0 ? (by === 1 ? 0 : length - 1) : (at + by + length) % length;
      select(stopped.value[next]?.id ?? null);
    },
    markStepping: () => {
      promptBeforeStep = Math.max(0, ...stopped.value.map((t) => t.prompt?.number ?? 0));
    },
  };
}
