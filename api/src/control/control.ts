/** The control lock: where it is enabled, one user at a time has control of a sequencer. Others can request it, or take it with a reason. */
import { SequencerError } from '@sequencer/model';
import { eq } from 'drizzle-orm';
import type { SequencerStates } from '../runs/sequencer-states.ts';
import { control, type ControlRow } from '../store/auth-schema.ts';
import { isDatabaseUnreachable, type Db } from '../store/database.ts';
import { hasRole } from '../auth/grants.ts';
import type { User } from '../auth/user.ts';

const RECENT_MS = 1000;

export class Control {
  readonly #db: Db;
  readonly #sequencerStates: SequencerStates;
  readonly #sequencers: ReadonlySet<string>;
  /** The row as last read. Used for `recent`, and while the database is unreachable. */
  readonly #last = new Map<string, { row: ControlRow | null; at: number }>();

  constructor(db: Db, sequencerStates: SequencerStates, sequencers: readonly string[]) {
    this.#db = db;
    this.#sequencerStates = sequencerStates;
    this.#sequencers = new Set(sequencers);
  }

  isEnabled(sequencer: string): boolean {
    return this.#sequencers.has(sequencer);
  }

  /** As `get`, from a cache of one second. For display only. */
  async recent(sequencer: string): Promise<ControlRow | null> {
    const last = this.#last.get(sequencer);
    return last && Date.now() - last.at < RECENT_MS ? last.row : this.get(sequencer);
  }

  /** Null when no user has control. */
  async get(sequencer: string): Promise<ControlRow | null> {
    try {
      const [row = null] = await this.#db.select().from(control).where(eq(control.sequencer, sequencer));
      this.#last.set(sequencer, { row, at: Date.now() });
      return row;
    } catch (error) {
      const last = this.#last.get(sequencer);
      if (isDatabaseUnreachable(error) && last) return last.row;
      throw error;
    }
  }

  #changed(sequencer: string): void {
    this.#last.delete(sequencer);
    this.#sequencerStates.invalidate(sequencer);
  }

  /** Throws NOT_IN_CONTROL when another user has control. When no user has it, the caller gets it. */
  async require(sequencer: string, user: User): Promise<void> {
    if (!this.isEnabled(sequencer)) return;
    const row = (await this.get(sequencer)) ?? (await this.#claim(sequencer, user));
    if (row.holder !== user.name) {
      throw new SequencerError(
        'NOT_IN_CONTROL',
        `${row.holder} has control of ${sequencer}.`,
        'Request control, or take it with a reason.',
      );
    }
  }

  async #claim(sequencer: string, user: User): Promise<ControlRow> {
    const row = this.#row(sequencer, user.name);
    await this.#db.insert(control).values(row).onConflictDoNothing();
    this.#changed(sequencer);
    return (await this.get(sequencer)) ?? row;
  }

  #row(sequencer: string, holder: string): ControlRow {
    return { sequencer, holder, since: new Date(), askedBy: null, askedAt: null };
  }

  async #set(sequencer: string, holder: string): Promise<void> {
    const row = this.#row(sequencer, holder);
    await this.#db.insert(control).values(row).onConflictDoUpdate({ target: control.sequencer, set: row });
    this.#changed(sequencer);
  }

  /** Takes control. A reason is required if another user has it; the audit log records it. */
  async take(sequencer: string, user: User, reason: string | null): Promise<void> {
    this.#requireEnabled(sequencer);
    const row = await this.get(sequencer);
    if (row?.holder === user.name) return;
    if (row && !reason?.trim()) {
      throw new SequencerError(
        'BAD_INPUT',
        `reason: ${row.holder} has control of ${sequencer}.`,
        'Give a reason for taking it.',
      );
    }
    await this.#set(sequencer, user.name);
  }

  async request(sequencer: string, user: User): Promise<void> {
    this.#requireEnabled(sequencer);
    await this.#db
      .update(control)
      .set({ askedBy: user.name, askedAt: new Date() })
      .where(eq(control.sequencer, sequencer));
    this.#changed(sequencer);
  }

  async handOver(sequencer: string, user: User, to: string): Promise<void> {
    await this.#requireHolder(sequencer, user);
    await this.#set(sequencer, to);
  }

  async release(sequencer: string, user: User): Promise<void> {
    await this.#requireHolder(sequencer, user);
    await this.#db.delete(control).where(eq(control.sequencer, sequencer));
    this.#changed(sequencer);
  }

  async #requireHolder(sequencer: string, user: User): Promise<void> {
    this.#requireEnabled(sequencer);
    const row = await this.get(sequencer);
    if (row?.holder === user.name || hasRole(user, 'ADMIN')) return;
    throw new SequencerError('NOT_IN_CONTROL', `You do not have control of ${sequencer}.`, 'Take control first.');
  }

  #requireEnabled(sequencer: string): void {
    if (this.isEnabled(sequencer)) return;
    throw new SequencerError(
      'BAD_INPUT',
      `The control lock of ${sequencer} is not enabled: all operators can command it.`,
      'Send the command without taking control.',
    );
  }
}
