/**
 * The record of a run, read as far as a moment of it needs: the place in time by bisection, what people and statements
 * did in order from the nearest checkpoint, and lines only of the last events before it. So any moment of a run with a
 * million events takes a bounded number of reads, and little memory.
 */
import type { EventType, RunEvent } from '@sequencer/model/events';
import { applyEvent } from '@sequencer/model/fold';
import { emptyView, type RunView } from '@sequencer/model/run-view';

/** Events with seq > after, oldest first, at most PAGE of them; of some types, or of all. */
export type ReadEvents = (after: number, types: readonly string[] | null, first: number) => Promise<RunEvent[]>;

export const PAGE = 1000;
/** So many events before a moment are read with their lines: a trace that stood still for longer has no line. */
const WINDOW = 2000;
/** Events of several threads may stand in the record a little out of the order of their times. */
const DISORDER = 50;
/** The script itself runs in this trace. */
const MAIN_TRACE = 1;
const KEPT_CHECKPOINTS = 40;
/** Many, and without a trace in the view but for the last. */
type DetailEvent = 'line' | 'output' | 'logged' | 'evaluated' | 'action' | 'setAside';
/** All others, by name: the schemas themselves would bring their library into the page. */
const STATE_EVENTS = Object.keys({
  started: true,
  statement: true,
  script: true,
  traceStarted: true,
  traceEnded: true,
  outputDropped: true,
  prompt: true,
  resumed: true,
  tasksFrozen: true,
  ask: true,
  answered: true,
  progress: true,
  pause: true,
  stopping: true,
  reaction: true,
  telescope: true,
  breakpoints: true,
  failure: true,
  decision: true,
  ended: true,
} satisfies Record<Exclude<EventType, DetailEvent>, true>);

interface Checkpoint {
  /** Everything telling up to here is in it. */
  seq: number;
  view: string;
}

export class Recording {
  readonly lastSeq: number;
  readonly #read: ReadEvents;
  readonly #times = new Map<number, number>();
  #checkpoints: Checkpoint[] = [{ seq: 0, view: JSON.stringify(emptyView()) }];

  constructor(read: ReadEvents, lastSeq: number) {
    this.#read = read;
    this.lastSeq = lastSeq;
  }

  /**
   * The last event at or before the time, in ms; 0 when there is none. A statement begins with its first line: its event
   * may carry a millisecond more, and belongs to the moment all the same.
   */
  async seqAt(time: number): Promise<number> {
    const found = await this.#bisect(time);
    const near = await this.#read(Math.max(0, found - 1), null, DISORDER);
    const last = near.findLastIndex((event) => Date.parse(event.at) <= time);
    const event = near[last];
    if (!event) return found;
    if (event.type !== 'statement' || event.state !== 'RUNNING') return event.seq;
    const next = near.slice(last + 1).find((e) => e.type === 'statement' || isLineOfScript(e));
    return next && isLineOfScript(next) ? next.seq : event.seq;
  }

  async #bisect(time: number): Promise<number> {
    let [low, high] = [0, this.lastSeq];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((await this.#timeOf(middle)) <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  async viewAt(seq: number): Promise<RunView> {
    const target = Math.max(0, seq - WINDOW);
    const from = this.#checkpoints.findLast((c) => c.seq <= target) ?? this.#checkpoints[0];
    const view = JSON.parse(from?.view ?? JSON.stringify(emptyView())) as RunView;
    await this.#fold(view, from?.seq ?? 0, target, STATE_EVENTS, (reached) => {
      this.#keep(reached, view);
    });
    await this.#fold(view, target, seq, null);
    return view;
  }

  async #fold(
    view: RunView,
    from: number,
    to: number,
    types: readonly string[] | null,
    onPage?: (seq: number) => void,
  ): Promise<void> {
    for (let after = from; after < to;) {
      const events = await this.#read(after, types, PAGE);
      for (const event of events) {
        if (event.seq <= to) applyEvent(view, event);
      }
      const last = events.at(-1)?.seq ?? to;
      if (events.length < PAGE || last >= to) return;
      after = last;
      onPage?.(after);
    }
  }

  #keep(seq: number, view: RunView): void {
    if (this.#checkpoints.some((c) => c.seq === seq)) return;
    this.#checkpoints.push({ seq, view: JSON.stringify(view) });
    this.#checkpoints.sort((a, b) => a.seq - b.seq);
    if (this.#checkpoints.length > KEPT_CHECKPOINTS) {
      // Every second one goes: what is left lies twice as far apart.
      this.#checkpoints = this.#checkpoints.filter((_, index) => index % 2 === 0);
    }
  }

  async #timeOf(seq: number): Promise<number> {
    const known = this.#times.get(seq);
    if (known !== undefined) return known;
    const [event] = await this.#read(seq - 1, null, 1);
    const time = event ? Date.parse(event.at) : Infinity;
    this.#times.set(seq, time);
    return time;
  }
}

function isLineOfScript(event: RunEvent): boolean {
  return event.type === 'line' && event.trace === MAIN_TRACE;
}
