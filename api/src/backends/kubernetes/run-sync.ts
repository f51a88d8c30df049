/**
 * Writes the state of SequencerRun objects to the database, which serves the API and keeps the history.
 *
 * Contract: the row follows the object, regardless of who created it and of missed changes. A row that has ended does not
 * change, except that the cluster can extend its reason. While a run sends events, the events set its phase, until the
 * object has ended. Every replica of the API does the same: all writes are idempotent.
 */
import { OPEN_PHASES, RUN_STARTS, isFinal, type RunStart } from '@sequencer/model';
import { byCreation } from '@sequencer/model/kubernetes/metadata';
import { byPlace, heldRuns, isWaiting, waitingRuns } from '@sequencer/model/kubernetes/queue';
import { afterFailureOf, holdsOnFailure, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { DONE, type ReconcileResult } from '@sequencer/kubernetes/reconcile-result';
import { RUNS } from '@sequencer/kubernetes/resources';
import { WorkQueue } from '@sequencer/kubernetes/work-queue';
import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Logger } from '../../lib/log.ts';
import type { LiveRuns } from '../../runs/live-runs.ts';
import { nextInQueue } from '../../runs/next-in-queue.ts';
import { lockSequencer } from '../../runs/queue-hold.ts';
import type { SequencerStates } from '../../runs/sequencer-states.ts';
import type { Db } from '../../store/database.ts';
import { isRefused } from '../../store/errors.ts';
import { eventsAfter } from '../../store/event-store.ts';
import { findByRequests, findRun, findRuns, setPlaces, type RunSummary } from '../../store/run-store.ts';
import { runs, sequencers } from '../../store/schema.ts';
import type { Cluster } from './cluster.ts';
import { isRecordLost, markLostRecord } from './lost-record.ts';
import { PlanSync } from './plan-sync.ts';
import { fromKubernetes } from './run-plan.ts';
import { SET_ASIDE, bareRowOf, endOfDeleted, runStateOf, phaseOf, rowOf, type RunState } from './run-row.ts';

/** The field manager of the one field that all replicas write with the same value. */
const NUMBER_MANAGER = 'sequencer-api-number';
/** How long to wait for received events to be committed. */
const COMMIT_TIMEOUT_MS = 10_000;

/** An object as it was last seen, and whether it was deleted. */
interface ObservedRun {
  run: SequencerRun;
  deleted: boolean;
}

export interface RunSyncParts {
  db: Db;
  log: Logger;
  cluster: Cluster;
  liveRuns: LiveRuns;
  sequencerStates: SequencerStates;
  /** Called for each run whose end was stored, to notify the other replicas. */
  ended: (run: string) => void;
}

export class RunSync {
  readonly #parts: RunSyncParts;
  readonly #planSync: PlanSync;
  readonly #stopped = new AbortController();
  /** Objects to reconcile, by sequencer and uid. */
  readonly #observed = new Map<string, Map<string, ObservedRun>>();
  /** The keys are names of sequencers. */
  readonly #queue: WorkQueue;
  readonly #working: Promise<void>;

  constructor(parts: RunSyncParts) {
    this.#parts = parts;
    this.#planSync = new PlanSync(parts);
    this.#queue = new WorkQueue({
      work: (sequencer) => this.#reconcile(sequencer),
      onFailure: (sequencer, error) => {
        parts.log.warn({ sequencer, err: error }, 'cannot store SequencerRuns; retrying');
      },
      workers: Infinity,
      firstDelayMs: 100,
      maxDelayMs: 3000,
    });
    this.#working = this.#queue.run(this.#stopped.signal);
  }

  changed(before: SequencerRun | undefined, after: SequencerRun | undefined): void {
    if (before && before.metadata.uid !== after?.metadata.uid) this.#observe(before, true);
    if (after) this.#observe(after, false);
  }

  /** The order of the queue, or which of its runs start automatically, may have changed. */
  enqueue(sequencer: string): void {
    this.#queue.add(sequencer);
  }

  /** The row of a run that was just created. The object must include the script. */
  async ensureRow(run: SequencerRun): Promise<RunSummary> {
    return (await findRun(this.#parts.db, run.metadata.uid)) ?? this.#insert(run);
  }

  /** Copies a change of a queued run to its row. */
  async followChange(row: RunSummary, run: SequencerRun): Promise<void> {
    await this.#planSync.follow(row, run);
  }

  /** Ends the rows whose objects were deleted while no replica watched. Requires that the watches are synced. */
  async endOrphans(): Promise<void> {
    const { db, cluster } = this.#parts;
    const open = await db
      .select({ id: runs.id, object: runs.object, sequencer: runs.sequencer })
      .from(runs)
      .where(and(inArray(runs.phase, [...OPEN_PHASES]), isNotNull(runs.object)));
    for (const { id, object } of open) {
      if (object === null || cluster.runs.get(cluster.namespace, object)?.metadata.uid === id) continue;
      const found = await cluster.client.find(RUNS, cluster.namespace, object);
      const row = await findRun(db, id);
      if (found?.metadata.uid !== id && row) await this.#end(row, endOfDeleted(row));
    }
  }

  /** Reconciles objects that the database lacks, or has as not ended: an older database may have been restored meanwhile. */
  async checkRows(): Promise<void> {
    const { db, cluster } = this.#parts;
    const objects = [...cluster.runs.all()];
    const ids = objects.map(({ metadata }) => metadata.uid);
    const rows = await db.select({ id: runs.id, phase: runs.phase }).from(runs).where(inArray(runs.id, ids));
    const hasEnded = new Map(rows.map(({ id, phase }) => [id, isFinal(phase)]));
    for (const run of objects) {
      const row = hasEnded.get(run.metadata.uid);
      if (row === undefined || (!row && isFinal(phaseOf(run)))) this.#observe(run, false);
    }
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#working;
  }

  #observe(run: SequencerRun, deleted: boolean): void {
    const { sequencer } = run.spec;
    const observed = this.#observed.get(sequencer) ?? new Map<string, ObservedRun>();
    this.#observed.set(sequencer, observed.set(run.metadata.uid, { run, deleted }));
    this.#queue.add(sequencer);
  }

  async #reconcile(sequencer: string): Promise<ReconcileResult> {
    const { db, sequencerStates } = this.#parts;
    await db.insert(sequencers).values({ name: sequencer }).onConflictDoNothing();
    const observed = this.#observed.get(sequencer) ?? new Map<string, ObservedRun>();
    // Ended runs first: a sequencer has one active run at a time. Then by creation, because this gives them their numbers.
    const order = [...observed.values()].sort(
      (a, b) => Number(isOpen(a)) - Number(isOpen(b)) || byCreation(a.run, b.run),
    );
    const known = new Map<string, RunSummary>();
    for (let i = 0; i < order.length; i += 500) {
      const ids = order.slice(i, i + 500).map(({ run }) => run.metadata.uid);
      for (const row of await findRuns(db, ids)) known.set(row.id, row);
    }
    for (const each of order) await this.#followOrSetAside(each, known.get(each.run.metadata.uid));
    await this.#orderQueue(sequencer);
    // An object that changed meanwhile stays for the next pass.
    for (const each of order) if (observed.get(each.run.metadata.uid) === each) observed.delete(each.run.metadata.uid);
    sequencerStates.invalidate(sequencer);
    return DONE;
  }

  /** An error of one run does not delay others: its row gets the values that can be stored, and a reason. */
  async #followOrSetAside(seen: ObservedRun, row: RunSummary | undefined): Promise<void> {
    try {
      await this.#follow(seen, row);
    } catch (error) {
      if (error instanceof KubernetesError || !isRefused(error)) throw error;
      const { log } = this.#parts;
      const { uid } = seen.run.metadata;
      log.error({ run: uid, err: error }, 'cannot store the details of a SequencerRun; storing it without them');
      await this.#followBare(seen, row).catch((again: unknown) => {
        if (again instanceof KubernetesError || !isRefused(again)) throw again;
        log.error({ run: uid, err: again }, 'the database refuses every change of the row of a SequencerRun');
      });
    }
  }

  async #followBare({ run, deleted }: ObservedRun, row: RunSummary | undefined): Promise<void> {
    if (!row) {
      if (!deleted) await this.#insert(run, bareRowOf);
      return;
    }
    if (isFinal(row.phase)) return;
    const bare = { reason: SET_ASIDE, startedAt: null, finishedAt: null, exitCode: null };
    const { phase } = runStateOf(run);
    if (isFinal(phase) || deleted)
      await this.#end(row, { ...bare, phase: isFinal(phase) ? phase : endOfDeleted(row).phase });
    else await this.#continueRun(row, { ...bare, phase }, run);
  }

  async #follow({ run, deleted }: ObservedRun, known: RunSummary | undefined): Promise<void> {
    const { uid } = run.metadata;
    if (!known) {
      if (!deleted) await this.#insertObserved(run);
      return;
    }
    const row = deleted ? known : await this.#planSync.follow(known, run);
    if (!isFinal(row.phase)) {
      const life = runStateOf(run);
      if (isFinal(life.phase)) await this.#end(row, life, run);
      else if (deleted) await this.#end(row, endOfDeleted(row));
      else await this.#continueRun(row, life, run);
    } else {
      await this.#extendReason(row, runStateOf(run));
      if (!deleted) await this.#openWithoutOutcome(row, run);
    }
    if (!deleted && run.status?.number !== row.number) await this.#writeNumber(run, row.number);
    const live = this.#parts.liveRuns.get(uid);
    if (live && isFinal(live.row.phase)) this.#parts.liveRuns.forgetLater(uid);
  }

  /**
   * An API that stopped after it had stored the end of a record did not write the outcome to the object. Without it, a lost
   * record would not be noticed after the restore of an older database. The backend writes the status of runs in memory.
   */
  async #openWithoutOutcome(row: RunSummary, { status }: SequencerRun): Promise<void> {
    const { db, liveRuns } = this.#parts;
    if (row.lastSeq === 0 || status?.runner?.outcome !== undefined || liveRuns.get(row.id)) return;
    const ends = await eventsAfter(db, row.id, 0, 1, ['ended']);
    if (ends.length > 0) await liveRuns.open(row);
  }

  /** Inserts the row of a run that was created in the cluster or by another replica. */
  async #insertObserved({ metadata }: SequencerRun): Promise<void> {
    const whole = await this.#parts.cluster.client.find(RUNS, metadata.namespace, metadata.name);
    if (whole?.metadata.uid === metadata.uid) await this.#insert(whole);
  }

  async #insert(run: SequencerRun, makeRow = rowOf): Promise<RunSummary> {
    const { db, liveRuns } = this.#parts;
    const { sequencer } = run.spec;
    await db.transaction(async (tx) => {
      await tx.insert(sequencers).values({ name: sequencer }).onConflictDoNothing();
      await lockSequencer(tx, sequencer);
      // Another replica may have inserted it.
      const existing = await tx.select({ id: runs.id }).from(runs).where(eq(runs.id, run.metadata.uid));
      if (existing.length > 0) return;
      const known = { own: run.status?.number, highest: this.#highestNumber(sequencer) };
      const { number, place } = await nextInQueue(tx, sequencer, known);
      const row = makeRow(run, {
        number,
        place,
        start: this.#startOf(run),
        sequencer: this.#sequencerOf(run),
      });
      // A copy of an object also has its annotations.
      const isCopy = row.requestId != null && (await findByRequests(tx, row.submittedBy, [row.requestId])) !== null;
      await tx.insert(runs).values(isCopy ? { ...row, requestId: null } : row);
      if (isRecordLost(run, null)) await markLostRecord(tx, run, 0);
    });
    const row = await findRun(db, run.metadata.uid);
    if (!row) throw new Error(`run ${run.metadata.name} is not in the database`);
    if (!isFinal(row.phase) && row.phase !== 'QUEUED') await liveRuns.open(row);
    if (run.status?.number !== row.number) await this.#writeNumber(run, row.number);
    return row;
  }

  #highestNumber(sequencer: string): number {
    const own = [...this.#parts.cluster.runs.all()].filter(({ spec }) => spec.sequencer === sequencer);
    return own.reduce((highest, { status }) => Math.max(highest, status?.number ?? 0), 0);
  }

  #startOf(run: SequencerRun): RunStart {
    const sequencer = this.#sequencerOf(run);
    return waitingRuns([run], heldRuns(sequencer?.status))[0]?.start ?? 'QUEUED';
  }

  #sequencerOf({ metadata, spec }: SequencerRun): Sequencer | undefined {
    return this.#parts.cluster.sequencers.get(metadata.namespace, spec.sequencer);
  }

  async #continueRun(row: RunSummary, life: RunState, run: SequencerRun): Promise<void> {
    const { db, liveRuns } = this.#parts;
    const { phase, reason } = life;
    // Only the cluster reports that the script has ended while its events are late.
    const isLate = phase === 'RECORDING' || row.phase === 'RECORDING';
    const isChanged = (row.lastSeq === 0 || isLate) && (row.phase !== phase || row.reason !== reason);
    const known = liveRuns.get(row.id);
    if (!isChanged && (known || row.phase === 'QUEUED')) return;
    if (isChanged) {
      await db
        .update(runs)
        .set({
          phase,
          reason,
          holdOnFailure: holdsOnFailure(run.spec, this.#sequencerOf(run)),
          afterFailure: fromKubernetes(afterFailureOf(run.spec, this.#sequencerOf(run))),
        })
        .where(
          and(eq(runs.id, row.id), isLate ? undefined : eq(runs.lastSeq, 0), inArray(runs.phase, [...OPEN_PHASES])),
        );
    }
    const fresh = await findRun(db, row.id);
    if (!fresh || isFinal(fresh.phase)) return;
    const live = fresh.phase === 'QUEUED' ? known : await liveRuns.open(fresh);
    if (live && (live.view.lastSeq === 0 || isLate)) live.row = fresh;
    live?.changed.notify();
  }

  async #end(row: RunSummary, life: RunState, run: SequencerRun | null = null): Promise<void> {
    const { db, liveRuns, sequencerStates, ended, log } = this.#parts;
    const live = liveRuns.get(row.id);
    const late = AbortSignal.timeout(COMMIT_TIMEOUT_MS);
    while (live && live.storedSeq < live.view.lastSeq && !late.aborted) {
      await live.changed.after(live.changed.version, late);
    }
    const finishedAt = life.finishedAt ?? new Date();
    const { phase, reason, exitCode } = life;
    const startedAt = row.startedAt ?? life.startedAt;
    const isLost = run !== null && isRecordLost(run, row);
    await db.transaction(async (tx) => {
      const changed = await tx
        .update(runs)
        .set({ phase, reason, exitCode, finishedAt, startedAt })
        .where(and(eq(runs.id, row.id), inArray(runs.phase, [...OPEN_PHASES])));
      if (isLost && changed.rowCount === 1) await markLostRecord(tx, run, row.lastSeq);
    });
    const fresh = await findRun(db, row.id);
    if (live && fresh) {
      live.row = fresh;
      live.changed.notify();
    }
    // The record may have ended the run while this waited for it: then with the runner's reason alone.
    if (fresh) await this.#extendReason(fresh, life);
    liveRuns.forgetLater(row.id);
    ended(row.id);
    log.info({ run: row.id, phase: fresh?.phase }, 'run ended');
    sequencerStates.invalidate(row.sequencer);
  }

  /** Extends the reason that the runner reported with that of the cluster: the run was cancelled, or its pod evicted. */
  async #extendReason(row: RunSummary, { phase, reason }: RunState): Promise<void> {
    const { db, liveRuns } = this.#parts;
    if (phase !== row.phase || reason === null || row.reason === null) return;
    if (reason === row.reason || !reason.startsWith(row.reason)) return;
    await db
      .update(runs)
      .set({ reason })
      .where(and(eq(runs.id, row.id), eq(runs.reason, row.reason)));
    const fresh = await findRun(db, row.id);
    const live = liveRuns.get(row.id);
    if (live && fresh) {
      live.row = fresh;
      live.changed.notify();
    }
  }

  async #writeNumber({ metadata }: SequencerRun, number: number): Promise<void> {
    const { cluster, log } = this.#parts;
    const { namespace, name, resourceVersion } = metadata;
    const options = { manager: NUMBER_MANAGER, subresource: 'status', resourceVersion } as const;
    try {
      await cluster.client.apply(RUNS, namespace, name, { status: { number } }, options);
    } catch (error) {
      // Retried at the next change of the object. After a conflict the object has changed already.
      if (error instanceof KubernetesError && (error.conflict || error.notFound)) return;
      log.warn({ run: metadata.name, err: error }, 'cannot write the number of a run to its SequencerRun');
    }
  }

  /** Updates the queued rows: their order from the objects, and their start from the rule of the queue. */
  async #orderQueue(sequencer: string): Promise<void> {
    const { db, cluster } = this.#parts;
    const object = cluster.sequencers.get(cluster.namespace, sequencer);
    const own = [...cluster.runs.all()].filter((run) => run.spec.sequencer === sequencer && isWaiting(run));
    const starts = new Map(waitingRuns(own, heldRuns(object?.status)).map(({ id, start }) => [id, start]));
    const wanted = own.sort(byPlace).map(({ metadata }) => metadata.uid);
    const rows = await db
      .select({ id: runs.id, start: runs.start, place: runs.place })
      .from(runs)
      .where(and(eq(runs.sequencer, sequencer), eq(runs.phase, 'QUEUED')))
      .orderBy(runs.place, runs.id);
    const known = new Map(rows.map((row) => [row.id, row]));
    const order = wanted.filter((id) => known.has(id));
    const inOrder = rows.filter(({ id }) => starts.has(id)).every(({ id }, index) => id === order[index]);
    const distinct = new Set(rows.map(({ place }) => place)).size === rows.length;
    if (!(inOrder && distinct)) {
      await setPlaces(
        db,
        order.map((id, index) => ({ id, place: index + 1 })),
      );
    }
    for (const start of RUN_STARTS) {
      const other = order.filter((id) => starts.get(id) === start && known.get(id)?.start !== start);
      if (other.length === 0) continue;
      await db
        .update(runs)
        .set({ start })
        .where(and(inArray(runs.id, other), eq(runs.phase, 'QUEUED')));
    }
  }
}

function isOpen({ run, deleted }: ObservedRun): boolean {
  return !deleted && !isFinal(phaseOf(run));
}
