/** The scheduler in a cluster, where the operator pulls: settings and state are in the Sequencer object. */
import { SEQUENCERS } from '@sequencer/kubernetes/resources';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import { SCHEDULER_USER, type SchedulerStatus } from '@sequencer/model/kubernetes/scheduler';
import { schedulerPatch, schedulerSettingsOf } from '@sequencer/model/kubernetes/scheduler-settings';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import {
  effectiveSettings,
  type SchedulerDefaults,
  type SchedulerSettings,
  type SettingsChanges,
} from '@sequencer/scheduler/settings';
import { withApiErrors, type Cluster } from '../backends/kubernetes/cluster.ts';
import { retryConflicts } from '../backends/kubernetes/queue-store.ts';
import type { AutomaticPulls } from './automatic-pulls.ts';
import type { PullSummary } from './pull-store.ts';
import type { SettingsSource } from './settings-source.ts';

export class ClusterScheduler implements AutomaticPulls, SettingsSource {
  readonly #cluster: Cluster;
  readonly #defaults: SchedulerDefaults;
  /** What this API wrote last, by name. The watch may be behind. */
  readonly #written = new Map<string, Sequencer>();

  constructor(cluster: Cluster, defaults: SchedulerDefaults) {
    this.#cluster = cluster;
    this.#defaults = defaults;
  }

  /* ---- settings ----------------------------------------------------------------------------------------------------- */

  get(name: string): Promise<SchedulerSettings> {
    const sequencer = this.#newest(name);
    return Promise.resolve(effectiveSettings(name, sequencer ? schedulerSettingsOf(sequencer) : null, this.#defaults));
  }

  async change(name: string, changes: SettingsChanges): Promise<void> {
    const { client, namespace } = this.#cluster;
    const written = await withApiErrors(() =>
      retryConflicts(async () => {
        const sequencer = await client.get(SEQUENCERS, namespace, name);
        const { metadata, spec } = schedulerPatch(sequencer, changes);
        const { resourceVersion } = sequencer.metadata;
        return client.merge(SEQUENCERS, namespace, name, { metadata: { ...metadata, resourceVersion }, spec });
      }),
    );
    this.#written.set(name, written);
  }

  #newest(name: string): Sequencer | undefined {
    const seen = this.#cluster.sequencers.get(this.#cluster.namespace, name);
    const written = this.#written.get(name);
    const isBehind =
      seen?.metadata.uid === written?.metadata.uid &&
      (seen?.metadata.generation ?? 0) < (written?.metadata.generation ?? 0);
    return isBehind ? written : seen;
  }

  /* ---- pulls of the operator ---------------------------------------------------------------------------------------- */

  nextPullAt(name: string): Promise<Date | null> {
    const at = this.#statusOf(name)?.nextPullAt;
    return Promise.resolve(at === undefined ? null : new Date(at));
  }

  failures(name: string): Promise<number> {
    return Promise.resolve(this.#statusOf(name)?.failures ?? 0);
  }

  inProgress(name: string): PullSummary | null {
    const pull = this.#statusOf(name)?.pull;
    if (!pull) return null;
    const { id, policy } = pull;
    const [at, from, to] = [pull.at, pull.from, pull.to].map((time) => new Date(time)) as [Date, Date, Date];
    return {
      ...{ id, policy, at, from, to, sequencer: name, number: 0, requestedBy: SCHEDULER_USER, automatic: true },
      ...{ action: 'QUEUE', state: 'REQUESTED', endedAt: null, deadline: at, message: null, seconds: null, run: null },
    };
  }

  async cancel(name: string): Promise<void> {
    const pull = this.inProgress(name);
    if (!pull) return;
    const { client, namespace } = this.#cluster;
    const patch = { metadata: { annotations: { [ANNOTATIONS.cancelPull]: pull.id } } };
    await withApiErrors(() => client.merge(SEQUENCERS, namespace, name, patch));
  }

  #statusOf(name: string): SchedulerStatus | undefined {
    return this.#cluster.sequencers.get(this.#cluster.namespace, name)?.status?.scheduler;
  }
}
