/** Writes the modes of Sequencer objects to the database, and maintains the list of sequencers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BackOff } from '@sequencer/kubernetes/back-off';
import { SEQUENCERS } from '@sequencer/kubernetes/resources';
import type { Hold } from '@sequencer/model/kubernetes/hold';
import { isOverruled } from '@sequencer/model/kubernetes/mode';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import { afterFailureOf, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { and, desc, eq } from 'drizzle-orm';
import type { Logger } from '../../lib/log.ts';
import type { SequencerStates } from '../../runs/sequencer-states.ts';
import type { Db } from '../../store/database.ts';
import { setFailureDefaults } from '../../store/run-store.ts';
import { runs, sequencers } from '../../store/schema.ts';
import type { Cluster } from './cluster.ts';
import { holdOf, modeOf } from './mode.ts';
import type { PullSync } from './pull-sync.ts';
import { fromKubernetes } from './run-plan.ts';

export class SequencerSync {
  readonly #db: Db;
  readonly #log: Logger;
  readonly #cluster: Cluster;
  readonly #sequencerStates: SequencerStates;
  readonly #pullSync: PullSync;
  readonly #stopped = new AbortController();
  readonly #dirty = new Set<string>();
  /** The names of sequencers whose row is stored. */
  readonly #stored = new Set<string>();
  #working: Promise<void> | null = null;

  constructor(parts: { db: Db; log: Logger; cluster: Cluster; sequencerStates: SequencerStates; pullSync: PullSync }) {
    this.#db = parts.db;
    this.#log = parts.log;
    this.#cluster = parts.cluster;
    this.#sequencerStates = parts.sequencerStates;
    this.#pullSync = parts.pullSync;
  }

  changed({ metadata }: Sequencer): void {
    this.#dirty.add(metadata.name);
    this.#working ??= this.#loop().finally(() => {
      this.#working = null;
    });
  }

  /** Waits until the synced objects are stored. When the API server is unreachable from the start, loads the names from the database. */
  async loadNames(): Promise<void> {
    if (this.#cluster.unreachableSince === null) await this.#working;
    const rows = await this.#db.select({ name: sequencers.name }).from(sequencers).orderBy(sequencers.name);
    if (this.#sequencerStates.names.length === 0) this.#sequencerStates.setNames(rows.map(({ name }) => name));
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#working;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopped;
    const backOff = new BackOff(100, 3000);
    for (;;) {
      const [name] = this.#dirty;
      if (name === undefined || signal.aborted) return;
      this.#dirty.delete(name);
      try {
        await this.#reconcile(name);
        backOff.reset();
      } catch (error) {
        this.#log.warn({ sequencer: name, err: error }, 'cannot store a sequencer; retrying');
        this.#dirty.add(name);
        await sleep(backOff.next(), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #reconcile(name: string): Promise<void> {
    const sequencer = this.#cluster.sequencers.get(this.#cluster.namespace, name);
    if (!sequencer) {
      this.#stored.delete(name);
      this.#publishNames();
      return;
    }
    if (isOverruled(sequencer)) await this.#removeModeAnnotation(sequencer);
    await this.#db.insert(sequencers).values({ name }).onConflictDoNothing();
    const [row] = await this.#db.select().from(sequencers).where(eq(sequencers.name, name));
    const hold = holdOf(sequencer);
    const number = hold && (await this.#numberOf(name, hold));
    const desired = modeOf(sequencer, (run) => (number === null ? run : String(number)));
    const modeChangedAt = desired.modeChangedAt ?? new Date();
    const same =
      row?.mode === desired.mode &&
      row.modeReason === desired.modeReason &&
      (desired.modeChangedAt === null || row.modeChangedAt?.getTime() === modeChangedAt.getTime());
    if (!same) {
      await this.#db
        .update(sequencers)
        .set({ ...desired, modeChangedAt })
        .where(eq(sequencers.name, name));
    }
    await this.#syncHoldOnFailure(sequencer, row?.holdOnFailure ?? false);
    const afterFailure = fromKubernetes(afterFailureOf({}, sequencer));
    if (row?.afterFailure !== afterFailure) await setFailureDefaults(this.#db, name, { afterFailure });
    await this.#pullSync.store(sequencer);
    this.#stored.add(name);
    this.#publishNames();
    this.#sequencerStates.invalidate(name);
  }

  /** The object decides. An object of an earlier version, without this field, gets the value of the database. */
  async #syncHoldOnFailure({ metadata, spec }: Sequencer, stored: boolean): Promise<void> {
    const { holdOnFailure } = spec;
    if (holdOnFailure === stored || (holdOnFailure === undefined && !stored)) return;
    if (holdOnFailure !== undefined) await setFailureDefaults(this.#db, metadata.name, { holdOnFailure });
    else {
      const patch = { metadata: { resourceVersion: metadata.resourceVersion }, spec: { holdOnFailure: stored } };
      await this.#cluster.client.merge(SEQUENCERS, metadata.namespace, metadata.name, patch);
    }
  }

  /** Removes the annotation of a request that no longer counts, so that nobody takes it for the current one. */
  async #removeModeAnnotation({ metadata }: Sequencer): Promise<void> {
    const { namespace, name, resourceVersion } = metadata;
    const patch = { metadata: { resourceVersion, annotations: { [ANNOTATIONS.modeBy]: null } } };
    try {
      await this.#cluster.client.merge(SEQUENCERS, namespace, name, patch);
    } catch (error) {
      // The object has changed, or the API server is unreachable. It is reconciled again in both cases.
      this.#log.info({ sequencer: name, err: error }, 'cannot remove the outdated mode annotation yet');
    }
  }

  #publishNames(): void {
    this.#sequencerStates.setNames([...this.#stored].sort());
  }

  /** Names can be reused. A hold of an earlier version has no uid, and belongs to the last run of this name. */
  async #numberOf(sequencer: string, { run, uid }: Hold): Promise<number | null> {
    const rows = await this.#db
      .select({ number: runs.number })
      .from(runs)
      .where(and(eq(runs.sequencer, sequencer), uid === undefined ? eq(runs.object, run) : eq(runs.id, uid)))
      .orderBy(desc(runs.number))
      .limit(1);
    return rows[0]?.number ?? null;
  }
}
