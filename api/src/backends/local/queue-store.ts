/** The queue and mode of each sequencer, as rows of the database. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SequencerError, type Breakpoint, type Mode } from '@sequencer/model';
import { and, asc, eq } from 'drizzle-orm';
import { sha256 } from '../../lib/sha256.ts';
import type { Logger } from '../../lib/log.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { violatedConstraint, type Db } from '../../store/database.ts';
import {
  cancelQueued,
  findByRequest,
  findRun,
  setHoldOnFailure,
  setPlaces,
  wordsOf,
  type RunSummary,
} from '../../store/run-store.ts';
import { runs, sequencers } from '../../store/schema.ts';
import { retryUntilRefused } from '../../store/retry.ts';
import { nextInQueue } from '../../runs/next-in-queue.ts';
import { lockSequencer, setModeOff } from '../../runs/queue-hold.ts';
import type { QueueStore, Submission } from '../queue-store.ts';
import type { SequencerStates } from '../../runs/sequencer-states.ts';

/** How long a stop waits for the mode to be stored, and how long storing is retried. */
const SOON_MS = 500;
const SWITCHED_OFF_WITHIN_MS = 60_000;

export class LocalQueueStore implements QueueStore {
  readonly #db: Db;
  readonly #sequencerStates: SequencerStates;
  readonly #gateway: Gateway;
  readonly #log: Logger;

  constructor(db: Db, sequencerStates: SequencerStates, gateway: Gateway, log: Logger) {
    this.#log = log;
    this.#db = db;
    this.#sequencerStates = sequencerStates;
    this.#gateway = gateway;
  }

  async insert(by: string, wanted: Submission, requireRoom: (length: number) => void): Promise<RunSummary> {
    const id = randomUUID();
    try {
      await this.#insert(id, by, wanted, requireRoom);
    } catch (error) {
      if (violatedConstraint(error) !== 'runs_request' || wanted.requestId === null) throw error;
      const made = await findByRequest(this.#db, by, wanted.requestId);
      if (made) return made;
      throw error;
    }
    const made = await findRun(this.#db, id);
    if (!made) throw new SequencerError('UNKNOWN_RUN');
    return made;
  }

  async #insert(id: string, by: string, wanted: Submission, requireRoom: (length: number) => void): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const { number, place, length } = await nextInQueue(tx, wanted.sequencer);
      requireRoom(length);
      await tx.insert(runs).values({
        ...wanted,
        id,
        number,
        place,
        scriptHash: sha256(wanted.script),
        submittedBy: by,
        submittedAt: new Date(),
        phase: 'QUEUED',
        words: wordsOf({ ...wanted, number, submittedBy: by, failure: null }),
      });
    });
  }

  cancel(run: RunSummary, reason: string): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      await lockSequencer(tx, run.sequencer);
      return cancelQueued(tx, run.id, reason);
    });
  }

  reorder(run: RunSummary, position: number): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      await lockSequencer(tx, run.sequencer);
      const queue = await tx
        .select({ id: runs.id })
        .from(runs)
        .where(and(eq(runs.sequencer, run.sequencer), eq(runs.phase, 'QUEUED')))
        .orderBy(asc(runs.place));
      const others = queue.filter((other) => other.id !== run.id);
      if (others.length === queue.length) return false;
      const order = others.toSpliced(position, 0, { id: run.id });
      await setPlaces(
        tx,
        order.map(({ id }, index) => ({ id, place: index + 1 })),
      );
      return true;
    });
  }

  async setMode(sequencer: string, mode: Mode, by: string): Promise<void> {
    await this.#db
      .update(sequencers)
      .set({
        mode,
        modeReason: `Set to ${mode === 'OFF' ? 'Off' : 'Queue'} by ${by}.`,
        modeChangedBy: by,
        modeChangedAt: new Date(),
      })
      .where(eq(sequencers.name, sequencer));
  }

  setHoldOnFailure(sequencer: string, hold: boolean): Promise<void> {
    return setHoldOnFailure(this.#db, sequencer, hold);
  }

  /** Returns within half a second: the stop has been sent, and must not wait for an unreachable database. */
  async hold(sequencer: string, by: string, cause: string, stored: () => void): Promise<void> {
    const held = retryUntilRefused(
      AbortSignal.timeout(SWITCHED_OFF_WITHIN_MS),
      () => this.#db.transaction((tx) => setModeOff(tx, sequencer, by, cause)),
      () => undefined,
      1,
    ).then(stored);
    await Promise.race([held, sleep(SOON_MS, undefined, { ref: false })]);
    held.catch((error: unknown) => {
      this.#log.error({ sequencer, err: error }, 'the mode could not be set to Off after a stop');
    });
  }

  async setBreakpoints(run: RunSummary, breakpoints: Breakpoint[]): Promise<boolean> {
    const isQueued = and(eq(runs.id, run.id), eq(runs.phase, 'QUEUED'));
    const changed = await this.#db.update(runs).set({ breakpoints }).where(isQueued).returning({ id: runs.id });
    return changed.length > 0;
  }

  async waitReason(run: RunSummary): Promise<string> {
    const state = await this.#sequencerStates.get(run.sequencer);
    const isOff = run.start === 'QUEUED' && state.row.mode === 'OFF';
    const mode = isOff ? (run.reason ?? 'The mode is Off. Set it to Queue to start this run.') : null;
    if (state.active) {
      const wait = `Waiting for run ${String(state.active.number)} to end.`;
      return mode ? `${wait} ${mode}` : wait;
    }
    if (mode) return mode;
    if (!this.#gateway.state(run.sequencer).connected) {
      return `Waiting for the runner of ${run.sequencer}, which is not connected.`;
    }
    return 'Waiting in the queue.';
  }
}
