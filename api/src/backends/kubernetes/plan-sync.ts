/**
 * Copies the plan of a run from its object to its row. Contract: `version` of the row is the generation of the object that its
 * plan is from, and never decreases. Only queued runs can be edited, so that the row of a started run has what it executes,
 * also when the edit is seen after the start.
 */
import { isDeepStrictEqual } from 'node:util';
import { RUNS } from '@sequencer/kubernetes/resources';
import { breakpointsOf } from '@sequencer/model/kubernetes/breakpoints';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { and, eq, lte } from 'drizzle-orm';
import type { LiveRuns } from '../../runs/live-runs.ts';
import type { Db } from '../../store/database.ts';
import { findRun, wordsOf, type RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import { editColumns, holdColumns, proposalOf } from './change-notes.ts';
import type { Cluster } from './cluster.ts';
import { planColumns, type PlanColumns } from './run-plan.ts';

export interface PlanSyncParts {
  db: Db;
  cluster: Cluster;
  liveRuns: LiveRuns;
}

export class PlanSync {
  readonly #parts: PlanSyncParts;

  constructor(parts: PlanSyncParts) {
    this.#parts = parts;
  }

  /** Returns the row as it is then. @param run from the cache, without its script */
  async follow(row: RunSummary, run: SequencerRun): Promise<RunSummary> {
    // A proposal that was accepted may have started already.
    const proposal = proposalOf(run);
    const hold = row.phase === 'QUEUED' ? { ...holdColumns(run, row), ...proposal } : proposal;
    const isHoldChanged = differs(row, hold);
    const { generation = 1 } = run.metadata;
    const isPlanChanged =
      generation > row.version ||
      (row.phase === 'QUEUED' && !isDeepStrictEqual(row.breakpoints, breakpointsOf(run.metadata)));
    if (!isHoldChanged && !isPlanChanged) return row;
    const { db, cluster } = this.#parts;
    if (isHoldChanged) await db.update(runs).set(hold).where(eq(runs.id, row.id));
    if (isPlanChanged) {
      const whole = await cluster.client.find(RUNS, run.metadata.namespace, run.metadata.name);
      if (whole?.metadata.uid === row.id) await this.#store(row, whole);
    }
    return this.#reread(row);
  }

  async #store(row: RunSummary, whole: SequencerRun): Promise<void> {
    const { namespace, generation: version = 1 } = whole.metadata;
    const { script, ...columns } = planColumns(
      whole,
      this.#parts.cluster.sequencers.get(namespace, whole.spec.sequencer),
    );
    const plan: Omit<PlanColumns, 'script'> & { script?: string } = { ...columns, script };
    // The runner has sent the script, or will: the object has only its name.
    if (whole.spec.script === undefined && row.phase !== 'QUEUED') {
      delete plan.script;
      plan.scriptHash = row.scriptHash;
    }
    const { script: _, ...compared } = plan;
    const isEdited = differs(row, compared);
    await this.#parts.db
      .update(runs)
      .set({
        version,
        ...(isEdited && { ...plan, ...editColumns(whole), words: wordsOf({ ...row, ...compared }) }),
      })
      .where(and(eq(runs.id, row.id), lte(runs.version, version)));
  }

  async #reread(row: RunSummary): Promise<RunSummary> {
    const { db, liveRuns } = this.#parts;
    const fresh = await findRun(db, row.id);
    const live = liveRuns.get(row.id);
    if (live && fresh) {
      // Not all of it: the events of a live run may be ahead of the database.
      const { title, scriptHash, startPaused, holdOnFailure, startAt, timeoutSeconds, resources, version } = fresh;
      const changed = { title, scriptHash, startPaused, holdOnFailure, startAt, timeoutSeconds, resources, version };
      live.row = { ...live.row, ...changed, arguments: fresh.arguments };
      live.changed.notify();
    }
    return fresh ?? row;
  }
}

function differs(row: RunSummary, columns: Partial<RunSummary>): boolean {
  return Object.entries(columns).some(([name, value]) => !isDeepStrictEqual(row[name as keyof RunSummary], value));
}
