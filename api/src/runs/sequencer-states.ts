/** What each sequencer looks like now: read from the store when it has changed, and else from memory. */
import { SequencerError } from '@sequencer/model';
import { eq } from 'drizzle-orm';
import type { Db } from '../store/database.ts';
import { runsOfSequencer, type RunSummary } from '../store/run-store.ts';
import { sequencers, type SequencerRow } from '../store/schema.ts';
import { Signal } from '../lib/signal.ts';

export interface SequencerState {
  row: SequencerRow;
  active: RunSummary | null;
  /** Waiting runs, the next one first. */
  queue: RunSummary[];
  /** The newest run that has ended. */
  last: RunSummary | null;
}

export class SequencerStates {
  /** Anything on any sequencer. */
  readonly anything = new Signal();
  /** Notifies the other replicas of the API, where there are any, of each change. */
  announce: (name: string) => void = () => undefined;
  readonly #db: Db;
  #names: readonly string[];
  readonly #signals = new Map<string, Signal>();
  readonly #states = new Map<string, Promise<SequencerState>>();

  constructor(db: Db, names: readonly string[]) {
    this.#db = db;
    this.#names = names;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** In a cluster sequencers come and go. */
  setNames(names: readonly string[]): void {
    if (names.join() === this.#names.join()) return;
    this.#names = names;
    this.anything.notify();
  }

  /** Writes the configured sequencers down. */
  async register(): Promise<void> {
    await this.#db
      .insert(sequencers)
      .values(this.names.map((name) => ({ name })))
      .onConflictDoNothing();
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  /** Throws UNKNOWN_SEQUENCER, with the names that there are. */
  signal(name: string): Signal {
    if (!this.has(name)) {
      const there = this.#names.length > 0 ? `there is ${this.#names.join(', ')}` : 'there is none yet';
      throw new SequencerError('UNKNOWN_SEQUENCER', `There is no sequencer "${name}"; ${there}.`);
    }
    return this.signalOf(name);
  }

  /** Also of a removed one: its runs stay in the history. */
  signalOf(name: string): Signal {
    const signal = this.#signals.get(name) ?? new Signal();
    this.#signals.set(name, signal);
    return signal;
  }

  async get(name: string): Promise<SequencerState> {
    const state = this.#states.get(name) ?? this.#read(name);
    this.#states.set(name, state);
    try {
      return await state;
    } catch (error) {
      if (this.#states.get(name) === state) this.#states.delete(name);
      throw error;
    }
  }

  async #read(name: string): Promise<SequencerState> {
    const rows = await this.#db.select().from(sequencers).where(eq(sequencers.name, name));
    const row = rows[0];
    if (!row) throw new SequencerError('UNKNOWN_SEQUENCER');
    return { row, ...(await runsOfSequencer(this.#db, name)) };
  }

  /** Something that the store holds has changed. */
  changed(name: string): void {
    this.onChangeElsewhere(name);
    this.announce(name);
  }

  /** Another replica of the API has notified this one. */
  onChangeElsewhere(name: string): void {
    this.#states.delete(name);
    this.touched(name);
  }

  /** Something that memory holds has changed: a runner, a line. */
  touched(name: string): void {
    this.#signals.get(name)?.notify();
    this.anything.notify();
  }
}
