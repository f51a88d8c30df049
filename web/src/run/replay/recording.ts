/**
 * Reads only the part of a run's record that a moment needs: bisection finds the moment, events that change the state are
 * folded from the nearest checkpoint, and all events only within a window before the moment. So any moment of a run with a
 * million events takes a bounded number of reads, and little memory.
 */
import type { EventType, RunEvent } from '@sequencer/model/events';
import { applyEvent } from '@sequencer/model/fold';
import { emptyView, type RunView } from '@sequencer/model/run-view';

/** Events with seq > after, oldest first, at most PAGE of them; of some types, or of all. */
export type ReadEvents = (after: number, types: readonly string[] | null, first: number) => Promise<RunEvent[]>;

export const PAGE = 1000;
/** Number of events before a moment that are read with lines. A trace without a line event in them has no line. */
const WINDOW = 2000;
/** Events of several threads may be out of time order in the record, by at most this many. */
const DISORDER = 50;
/** The trace that runs the script's top level. */
const MAIN_TRACE = 1;
const KEPT_CHECKPOINTS = 40;
/** Frequent events that leave nothing in the view but the latest value. */
type DetailEvent = 'line' | 'output' | 'logged' | 'evaluated' | 'action' | 'setAside';
/** All other types, by name: importing the schemas would add their library to the page. */
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
  /** The view contains all state events up to this one. */
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
   * The last event at or before a time in ms; 0 if there is none. If that event starts a statement, the statement's first
   * line is included, although its time may be a millisecond later.
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
      // Drops every second one, which doubles the distance between the others.
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
