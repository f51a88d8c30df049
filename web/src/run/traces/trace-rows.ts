/** What the list of threads and tasks shows of each. Pure. */
import { blockingTrace, type TraceView } from '@sequencer/model/run-view';
import { SCRIPT } from '../record/source-location.ts';

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

export function stateOf(trace: TraceView, traces: readonly TraceView[]): TraceState {
  const blocker = blockingTrace(traces, trace);
  if (blocker) return { text: `waits for T${String(blocker.id)}`, since: null };
  return { text: trace.state.toLowerCase(), since: trace.state === 'ENDED' ? null : trace.since };
}

/** The text of its line in the script, or the call in a library. */
export function codeOf({ file, line, prompt }: TraceView, lines: readonly string[]): string {
  if (line === null) return '';
  if (file === SCRIPT) return lines[line - 1]?.trim() ?? '';
  const call = prompt?.stack.at(-1);
  return call ? `in ${call.function}` : '';
}
