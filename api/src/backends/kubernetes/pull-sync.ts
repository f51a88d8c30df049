/**
 * Copies the pulls of the operator from the status of a Sequencer to the record of pulls. The status has the last ten, so that
 * none is missing after the API was stopped for a while. Every replica does the same: all writes are idempotent.
 */
import { RUNS } from '@sequencer/kubernetes/resources';
import { storableText } from '@sequencer/model';
import { SCHEDULER_USER, endedPulls, type EndedPull } from '@sequencer/model/kubernetes/scheduler';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { eq } from 'drizzle-orm';
import type { Db } from '../../store/database.ts';
import { findRun } from '../../store/run-store.ts';
import { schedulerPulls, type PullState } from '../../store/scheduler-schema.ts';
import { runs } from '../../store/schema.ts';
import type { Cluster } from './cluster.ts';
import type { RunSync } from './run-sync.ts';

const STATES: Record<EndedPull['outcome'], PullState> = {
  Succeeded: 'DONE',
  Failed: 'FAILED',
  Cancelled: 'CANCELLED',
};

export class PullSync {
  readonly #db: Db;
  readonly #cluster: Cluster;
  readonly #runSync: RunSync;
  /** What was stored last, by sequencer. */
  readonly #stored = new Map<string, string>();

  constructor(parts: { db: Db; cluster: Cluster; runSync: RunSync }) {
    this.#db = parts.db;
    this.#cluster = parts.cluster;
    this.#runSync = parts.runSync;
  }

  /** The row of the sequencer must exist. */
  async store({ metadata, status }: Sequencer): Promise<void> {
    const pulls = endedPulls(status?.scheduler);
    const digest = JSON.stringify(pulls.map(({ id, outcome }) => [id, outcome]));
    if (this.#stored.get(metadata.name) === digest) return;
    // The oldest first, because this gives them their numbers.
    for (const pull of pulls.toReversed()) await this.#storeOne(metadata.name, pull);
    this.#stored.set(metadata.name, digest);
  }

  async #storeOne(sequencer: string, pull: EndedPull): Promise<void> {
    const run = await this.#runOf(pull);
    const end = {
      state: STATES[pull.outcome],
      message: pull.message === undefined ? null : storableText(pull.message),
      endedAt: new Date(pull.endedAt),
      ...(run && { run: run.id, script: run.script }),
    };
    const row = {
      ...end,
      id: pull.id,
      sequencer,
      requestedBy: SCHEDULER_USER,
      automatic: true,
      action: 'QUEUE' as const,
      at: new Date(pull.at),
      from: new Date(pull.from),
      to: new Date(pull.to),
      policy: storableText(pull.policy),
      deadline: new Date(pull.endedAt),
      seconds: pull.seconds,
    };
    await this.#db
      .insert(schedulerPulls)
      .values(row)
      .onConflictDoUpdate({ target: schedulerPulls.id, set: end, setWhere: eq(schedulerPulls.sequencer, sequencer) });
  }

  /** The run of the pull, whose row may not be stored yet. Null if there is none, or it was deleted. */
  async #runOf({ run: name, runUID: id }: EndedPull): Promise<{ id: string; script: string } | null> {
    if (name === undefined || id === undefined) return null;
    if (!(await findRun(this.#db, id))) {
      const object = await this.#cluster.client.find(RUNS, this.#cluster.namespace, name);
      if (object?.metadata.uid !== id) return null;
      await this.#runSync.ensureRow(object);
    }
    const [row] = await this.#db.select({ id: runs.id, script: runs.script }).from(runs).where(eq(runs.id, id));
    return row ?? null;
  }
}
