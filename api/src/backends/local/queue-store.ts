/** The queue and mode of each sequencer, as rows of the database. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  MODE_NAMES,
  SequencerError,
  onHoldReason,
  proposedReason,
  resourceReason,
  usedResource,
  windowReason,
  type Breakpoint,
  type Mode,
} from '@sequencer/model';
import { and, eq, sql } from 'drizzle-orm';
import { sha256 } from '../../lib/sha256.ts';
import type { Logger } from '../../lib/log.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { violatedConstraint, type Db } from '../../store/database.ts';
import {
  cancelQueued,
  findByRequests,
  findRuns,
  setFailureDefaults,
  setPlaces,
  summaryColumns,
  wordsOf,
  type FailureDefaults,
  type RunSummary,
} from '../../store/run-store.ts';
import { runs, sequencers } from '../../store/schema.ts';
import { retryUntilRefused } from '../../store/retry.ts';
import { lockSequencer, setModeOff } from '../../runs/queue-hold.ts';
import type { OnHold, QueueStore, RunEdit, Submission } from '../queue-store.ts';
import { runChanged } from '../run-changed.ts';
import type { SequencerStates } from '../../runs/sequencer-states.ts';
import { placesAt } from './places.ts';
import { insertRuns, queuedPlaces } from './queue-order.ts';
import { usedResources, type ResourceUser } from './used-resources.ts';

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

  async insert(
    by: string,
    wanted: Submission[],
    position: number | null,
    requireRoom: (length: number) => void,
  ): Promise<RunSummary[]> {
    const ids = wanted.map(() => randomUUID());
    try {
      await this.#db.transaction((tx) => insertRuns(tx, by, ids, wanted, position, requireRoom));
    } catch (error) {
      if (violatedConstraint(error) !== 'runs_request') throw error;
      return this.#ofEarlierRequest(by, wanted);
    }
    const made = new Map((await findRuns(this.#db, ids)).map((run) => [run.id, run]));
    return ids.flatMap((id) => made.get(id) ?? []);
  }

  async #ofEarlierRequest(by: string, wanted: Submission[]): Promise<RunSummary[]> {
    const made = await findByRequests(
      this.#db,
      by,
      wanted.map(({ requestId }) => requestId),
    );
    if (!made) throw new SequencerError('REQUEST_ID_REUSED');
    return made;
  }

  cancel(run: RunSummary, reason: string): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      await lockSequencer(tx, run.sequencer);
      return cancelQueued(tx, run.id, reason);
    });
  }

  edit(run: RunSummary, by: string, edit: RunEdit, version: number | null): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      await lockSequencer(tx, run.sequencer);
      const [row] = await tx
        .select({ ...summaryColumns })
        .from(runs)
        .where(isQueued(run));
      if (!row) return false;
      if (version !== null && version !== row.version) throw runChanged(row);
      const { script } = edit;
      await tx
        .update(runs)
        .set({
          ...edit,
          ...(script !== undefined && { scriptHash: sha256(script) }),
          words: wordsOf({ ...row, ...edit }),
          version: row.version + 1,
          editedBy: by,
          editedAt: new Date(),
        })
        .where(eq(runs.id, run.id));
      return true;
    });
  }

  setOnHold(run: RunSummary, onHold: OnHold | null): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      await lockSequencer(tx, run.sequencer);
      const { rowCount } = await tx
        .update(runs)
        .set({
          onHoldSince: onHold && new Date(),
          onHoldBy: onHold && onHold.by,
          onHoldReason: onHold && onHold.reason,
        })
        .where(isQueued(run));
      return rowCount === 1;
    });
  }

  accept(run: RunSummary, by: string): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      await lockSequencer(tx, run.sequencer);
      const released = { onHoldSince: null, onHoldBy: null, onHoldReason: null };
      const { rowCount } = await tx
        .update(runs)
        .set({ ...released, proposed: false, acceptedBy: by, acceptedAt: new Date() })
        .where(and(isQueued(run), eq(runs.proposed, true)));
      return rowCount === 1;
    });
  }

  reorder(run: RunSummary, position: number): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      await lockSequencer(tx, run.sequencer);
      const queue = await queuedPlaces(tx, run.sequencer);
      const others = queue.filter(({ id }) => id !== run.id);
      if (others.length === queue.length) return false;
      await setPlaces(tx, placesAt(others, [run.id], position));
      return true;
    });
  }

  async setMode(sequencer: string, mode: Mode, by: string, reason: string | null): Promise<void> {
    const set = `Set to ${MODE_NAMES[mode]} by ${by}`;
    await this.#db
      .update(sequencers)
      .set({
        mode,
        modeReason: reason === null ? `${set}.` : `${set}: ${reason}`,
        modeChangedBy: by,
        modeChangedAt: new Date(),
      })
      .where(eq(sequencers.name, sequencer));
  }

  setFailureDefaults(sequencer: string, change: Partial<FailureDefaults>): Promise<void> {
    return setFailureDefaults(this.#db, sequencer, change);
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

  async setBreakpoints(run: RunSummary, by: string, breakpoints: Breakpoint[]): Promise<boolean> {
    const version = sql`${runs.version} + 1`;
    const change = { breakpoints, version, editedBy: by, editedAt: new Date() };
    const { rowCount } = await this.#db.update(runs).set(change).where(isQueued(run));
    return rowCount === 1;
  }

  async waitReason(run: RunSummary): Promise<string> {
    if (run.proposed) return proposedReason(run.submittedBy);
    if (run.onHoldBy !== null) return onHoldReason(run.onHoldBy, run.onHoldReason);
    const state = await this.#sequencerStates.get(run.sequencer);
    const isOff = run.start === 'QUEUED' && state.row.mode === 'OFF';
    const isSharing = run.resources.length > 0;
    const reasons = [
      state.active && `Waiting for run ${String(state.active.number)} to end.`,
      isOff ? (run.reason ?? 'The mode is Off. Set it to Queue to start this run.') : null,
      windowReason(run, new Date()),
      isSharing ? resourceReasonOf(run, await this.#sequencerStates.usedResources(run.sequencer)) : null,
    ].filter((reason) => reason !== null);
    if (reasons.length > 0) return reasons.join(' ');
    if (!this.#gateway.state(run.sequencer).connected) {
      return `Waiting for the runner of ${run.sequencer}, which is not connected.`;
    }
    // Also of telescopes that are not configured any more.
    return (isSharing ? resourceReasonOf(run, await usedResources(this.#db)) : null) ?? 'Waiting in the queue.';
  }
}

/** Which run uses a resource of the queued run; null if it can have them all. */
function resourceReasonOf(run: RunSummary, used: ReadonlyMap<string, ResourceUser>): string | null {
  const resource = usedResource(run, used);
  const user = resource === null ? undefined : used.get(resource);
  return user && resource !== null ? resourceReason(`${user.sequencer}/${String(user.number)}`, resource) : null;
}

function isQueued({ id }: RunSummary) {
  return and(eq(runs.id, id), eq(runs.phase, 'QUEUED'));
}
