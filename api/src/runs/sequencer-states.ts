/** The current state of each sequencer: cached, and read from the store again after a change. */
import { SequencerError } from '@sequencer/model';
import { eq } from 'drizzle-orm';
import type { Db } from '../store/database.ts';
import type { RunSummary } from '../store/run-store.ts';
import { runsOfSequencer } from '../store/sequencer-runs.ts';
import { sequencers, type SequencerRow } from '../store/schema.ts';
import { Signal } from '../lib/signal.ts';

export interface SequencerState {
  row: SequencerRow;
  active: RunSummary | null;
  /** Queued runs, the next one first. */
  queue: RunSummary[];
  /** The run that ended last. */
  last: RunSummary | null;
}

export class SequencerStates {
  /** Notified on any change of any sequencer. */
  readonly anyChange = new Signal();
  /** Notifies the other replicas of the API of a change. */
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

  /** In a cluster, sequencers are created and deleted while the API runs. */
  setNames(names: readonly string[]): void {
    if (names.join() === this.#names.join()) return;
    this.#names = names;
    this.anyChange.notify();
  }

  /** Adds the configured sequencers to the database. */
  async register(): Promise<void> {
    await this.#db
      .insert(sequencers)
      .values(this.names.map((name) => ({ name })))
      .onConflictDoNothing();
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  /** Throws UNKNOWN_SEQUENCER, with the known names, unless the sequencer exists. */
  require(name: string): void {
    if (this.has(name)) return;
    const known =
      this.#names.length > 0 ? `Known sequencers: ${this.#names.join(', ')}.` : 'No sequencer is configured yet.';
    throw new SequencerError('UNKNOWN_SEQUENCER', `There is no sequencer "${name}".`, known);
  }

  /** The signal of an existing sequencer. Throws UNKNOWN_SEQUENCER. */
  signal(name: string): Signal {
    this.require(name);
    return this.signalOf(name);
  }

  /** The signal of any sequencer, also of a removed one, whose runs stay in the history. */
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

  /** The run of each resource that the active runs of other sequencers use. */
  async usedResources(except: string): Promise<Map<string, RunSummary>> {
    const others = await Promise.all(this.#names.filter((name) => name !== except).map((name) => this.get(name)));
    return new Map(
      others.flatMap(({ active }) =>
        active ? active.resources.map((resource): [string, RunSummary] => [resource, active]) : [],
      ),
    );
  }

  async #read(name: string): Promise<SequencerState> {
    const rows = await this.#db.select().from(sequencers).where(eq(sequencers.name, name));
    const row = rows[0];
    if (!row) throw new SequencerError('UNKNOWN_SEQUENCER');
    return { row, ...(await runsOfSequencer(this.#db, name)) };
  }

  /** Drops the cached state after a change in the store, and notifies the other replicas. */
  invalidate(name: string): void {
    this.invalidateLocally(name);
    this.announce(name);
  }

  /** Drops the cached state after a change that another replica made. */
  invalidateLocally(name: string): void {
    this.#states.delete(name);
    this.notify(name);
  }

  /** Notifies followers of a change that is not in the store, such as the connection of a runner or a new line. */
  notify(name: string): void {
    this.#signals.get(name)?.notify();
    this.anyChange.notify();
  }
}
