/** An active or recently ended run in memory: its view, and its newest events. */
import {
  applyEvent,
  isFinal,
  phaseOf,
  readEvent,
  reasonOf,
  skipEvent,
  type AnyEvent,
  type Phase,
  type RunView,
} from '@sequencer/model';
import { EVENT_OVERHEAD, type ReceivedEvent } from './received-event.ts';
import type { StoredEvent } from '../store/event-store.ts';
import type { RunSummary } from '../store/run-store.ts';
import { Signal } from '../lib/signal.ts';

/** Stored events that stay in memory for followers, in characters. Uncommitted events stay in any case. */
const KEPT = 2 * 1024 * 1024;

export class LiveRun {
  row: RunSummary;
  readonly view: RunView;
  readonly changed = new Signal();
  /** Notified of changes to show without delay: a new prompt, another phase, a question. */
  readonly urgent = new Signal();
  #urgency = '';
  /** All events up to this one are committed. */
  storedSeq: number;
  /** Whether the runner of this run is connected. */
  connected = false;
  seenAt: Date | null;
  /** The token in the `start` command; null before the start, and if another process sent it. */
  token: string | null = null;
  /** When the view was last stored, in ms of performance.now(). */
  viewStoredAt = -Infinity;
  readonly #tail: StoredEvent[] = [];
  #tailSize = 0;
  #unstoredSize = 0;

  constructor(row: RunSummary, view: RunView) {
    this.row = row;
    this.view = view;
    this.storedSeq = view.lastSeq;
    this.seenAt = row.seenAt;
  }

  get phase(): Phase {
    return this.#isAhead ? this.row.phase : phaseOf(this.view);
  }

  get reason(): string | null {
    return this.#isAhead ? this.row.reason : reasonOf(this.view);
  }

  /** Whether the row has news that the events do not have: the end, or that they are late. */
  get #isAhead(): boolean {
    const { phase } = this.row;
    return isFinal(phase) || this.view.lastSeq === 0 || (phase === 'RECORDING' && this.view.outcome === null);
  }

  /** Whether a paused trace was continued or stepped, so that its next prompt may follow within milliseconds. */
  get isBetweenPrompts(): boolean {
    return this.view.outcome === null && this.view.pause.state === 'paused' && this.view.pause.moving.length > 0;
  }

  /** When the longest-paused trace stopped; null if none is paused. */
  get pausedSince(): string | null {
    return this.view.traces.flatMap((trace) => trace.prompt?.since ?? []).toSorted()[0] ?? null;
  }

  /** Whether the end and all events before it are committed. */
  get isComplete(): boolean {
    return this.view.outcome !== null && this.storedSeq === this.view.lastSeq;
  }

  /** Characters of the uncommitted events. */
  get unstoredSize(): number {
    return this.#unstoredSize;
  }

  /**
   * Applies the next events of a runner, without gaps.
   *
   * @returns the invalid events, which are recorded but not folded into the view, or recorded as another event
   */
  receive(batch: readonly ReceivedEvent[]): AnyEvent[] {
    const odd: AnyEvent[] = [];
    for (const { event, data, problem } of batch) {
      const { seq, type, at } = event;
      if (!this.#fold(event) || problem !== null) odd.push(event);
      this.#keep({ seq, type, at: new Date(at).toISOString(), data });
    }
    this.seenAt = new Date();
    this.changed.notify();
    this.#notifyUrgent();
    return odd;
  }

  /**
   * Applies events that another replica of the API has stored.
   *
   * @returns false if nothing was applied: events of this replica are not all stored yet, or there is a gap
   */
  follow(batch: readonly StoredEvent[]): boolean {
    if (this.storedSeq < this.view.lastSeq) return false;
    let last: StoredEvent | null = null;
    for (const stored of batch) {
      if (stored.seq !== this.view.lastSeq + 1) continue;
      this.#fold({ ...(JSON.parse(stored.data) as object), seq: stored.seq, type: stored.type, at: stored.at });
      this.#keep(stored);
      last = stored;
    }
    if (!last) return false;
    this.stored([last]);
    this.#unstoredSize = 0;
    this.seenAt = new Date();
    this.#notifyUrgent();
    return true;
  }

  /** Notifies once per batch of events. During a step, waits for its prompt. */
  #notifyUrgent(): void {
    if (this.isBetweenPrompts) return;
    const { traces, asks, pause } = this.view;
    const prompts = traces.flatMap((trace) => trace.prompt?.number ?? []);
    const questions = asks.flatMap((ask) => (ask.answered ? [] : ask.ask));
    const urgency = [this.phase, pause.state === 'pending', prompts, questions].join(';');
    if (urgency === this.#urgency) return;
    this.#urgency = urgency;
    this.urgent.notify();
  }

  #keep(stored: StoredEvent): void {
    this.#tail.push(stored);
    this.#tailSize += stored.data.length + EVENT_OVERHEAD;
    this.#unstoredSize += stored.data.length + EVENT_OVERHEAD;
  }

  #fold(event: AnyEvent): boolean {
    try {
      const known = readEvent(event);
      if (known) applyEvent(this.view, known);
      else skipEvent(this.view, event.seq);
    } catch {
      skipEvent(this.view, event.seq);
      return false;
    }
    return true;
  }

  /** The next events to commit, in order. */
  unstored(maxCount: number, maxSize: number): StoredEvent[] {
    const batch: StoredEvent[] = [];
    let size = 0;
    for (let i = this.#indexAfter(this.storedSeq); i < this.#tail.length && batch.length < maxCount; i++) {
      const event = this.#tail[i];
      if (!event) break;
      size += event.data.length;
      if (batch.length > 0 && size > maxSize) break;
      batch.push(event);
    }
    return batch;
  }

  /** Replaces an event that could not be stored. */
  replace(by: StoredEvent): void {
    const index = this.#indexAfter(by.seq - 1);
    const before = this.#tail[index];
    if (!before) return;
    this.#tail[index] = by;
    this.#tailSize += by.data.length - before.data.length;
    this.#unstoredSize += by.data.length - before.data.length;
  }

  /** Marks the events as committed. */
  stored(batch: readonly StoredEvent[]): void {
    const last = batch.at(-1);
    if (!last) return;
    this.storedSeq = last.seq;
    this.changed.notify();
    for (const event of batch) this.#unstoredSize -= event.data.length + EVENT_OVERHEAD;
    let drop = 0;
    while (this.#tailSize > KEPT) {
      const event = this.#tail[drop];
      if (!event || event.seq > this.storedSeq) break;
      this.#tailSize -= event.data.length + EVENT_OVERHEAD;
      drop += 1;
    }
    if (drop > 0) this.#tail.splice(0, drop);
  }

  /** Events with seq > after, if they are in memory; null if they have to be read from the store. */
  tail(after: number, first: number): StoredEvent[] | null {
    if (after >= this.view.lastSeq) return [];
    const index = this.#indexAfter(after);
    return index < 0 ? null : this.#tail.slice(index, index + first);
  }

  /** Index in the tail of the event after `seq`; negative if the event is no longer in memory. */
  #indexAfter(seq: number): number {
    const first = this.#tail[0]?.seq ?? this.view.lastSeq + 1;
    return seq + 1 - first;
  }
}
