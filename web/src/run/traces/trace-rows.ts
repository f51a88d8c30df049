/** What the list of threads and tasks shows of each. Pure. */
import { blockingTrace, type TraceView } from '@sequencer/model/run-view';
import { SCRIPT } from '../record/source-location.ts';

/** For how long a trace counts as busy after the last report of it, in ms. It may since wait for something. */
const BUSY_MS = 2000;

/** The threads in order, each followed by its tasks. */
export function inOrder(traces: readonly TraceView[]): TraceView[] {
  const ids = new Set(traces.map(({ id }) => id));
  const isNested = ({ thread }: TraceView) => thread !== null && ids.has(thread);
  return traces.filter((t) => !isNested(t)).flatMap((t) => [t, ...traces.filter((task) => task.thread === t.id)]);
}

export interface TraceState {
  text: string;
  /** Since when, for a clock beside the text; null for none. */
  since: string | null;
}

/** `now`: the time of the run's clock, in ms. */
export function stateOf(trace: TraceView, traces: readonly TraceView[], now: number): TraceState {
  const { state, since, busyAt } = trace;
  const blocker = blockingTrace(traces, trace);
  if (blocker) return { text: `waits for T${String(blocker.id)}`, since: null };
  const isBusy = state === 'RUNNING' && busyAt !== null && now - Date.parse(busyAt) < BUSY_MS;
  if (isBusy) return { text: 'busy loop', since: null };
  return { text: state.toLowerCase(), since: state === 'ENDED' ? null : since };
}

/** The text of its line in the script, or the call in a library. */
export function codeOf({ file, line, prompt }: TraceView, lines: readonly string[]): string {
  if (line === null) return '';
  if (file === SCRIPT) return lines[line - 1]?.trim() ?? '';
  const call = prompt?.stack.at(-1);
  return call ? `in ${call.function}` : '';
}
