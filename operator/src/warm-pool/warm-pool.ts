/**
 * Keeps the warm pods of all sequencers: pods whose runner is up and waits for a run.
 *
 * Contract: a warm pod belongs to one sequencer and has no run. A run claims it by naming it, with its uid, in the run's
 * own status. From then on it is this run's pod, as if it had been created for it, and the pool leaves it alone. A warm
 * pod that no run can use (it has ended, its node is unreachable, or the Sequencer has changed) is deleted and replaced.
 * Runs have priority over warm pods: no warm pod is created while a run is starting, and warm pods are deleted when a
 * run needs a pod of its own.
 */
import { randomBytes } from 'node:crypto';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import type { ConfigMap, Pod } from '@sequencer/kubernetes/objects';
import { PODS } from '@sequencer/kubernetes/resources';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import { admissionErrorOf } from '../pods/admission-error.ts';
import type { NetworkPolicies } from '../isolation/network-policies.ts';
import { podProblem } from '../pods/problems.ts';
import { ocsConfigOf } from '../pods/start-problems.ts';
import type { EventRecorder } from '../status/event-recorder.ts';
import { hasEnded, isCurrent, isReady, templateOf, type Template } from './warm-pod.ts';

/** A warm pod that has ended is replaced only after this time: the cause may end the next one, too. */
const REPLACE_ENDED_AFTER_MS = 15_000;
const RETRY_AFTER_ADMISSION_ERROR_MS = 30_000;
const CHECK_EVERY_MS = 60_000;
/** By then the cache has a pod that was just created. */
const CACHE_DELAY_MS = 3_000;
/** Time for scheduling and the image pull, before a problem is reported. */
const REPORT_PROBLEM_AFTER_MS = 30_000;

export class WarmPool {
  readonly #client: KubernetesClient;
  readonly #cache: ClusterCache;
  readonly #events: EventRecorder;
  readonly #policies: NetworkPolicies;
  readonly #labels: Record<string, string>;
  /** The last pod that was created, by the uid of its sequencer. The cache may not have it yet. */
  readonly #lastCreated = new Map<string, { pod: string; at: number }>();

  /** @param labels those of all objects of the release */
  constructor(
    client: KubernetesClient,
    cache: ClusterCache,
    events: EventRecorder,
    policies: NetworkPolicies,
    labels: Record<string, string>,
  ) {
    this.#client = client;
    this.#labels = labels;
    this.#cache = cache;
    this.#events = events;
    this.#policies = policies;
  }

  /**
   * Creates and deletes warm pods until there are as many as `spec.runner.warm`. Returns in how many ms to check again.
   *
   * @param active the run that has the sequencer
   */
  async reconcile(sequencer: Sequencer, active: SequencerRun | undefined): Promise<number | undefined> {
    const { namespace, name, deletionTimestamp } = sequencer.metadata;
    const wanted = deletionTimestamp === undefined ? (sequencer.spec.runner.warm ?? 0) : 0;
    const pods = this.#podsOf(sequencer).filter(({ metadata }) => metadata.uid !== active?.status?.podUID);
    if (wanted === 0 && pods.length === 0) return undefined;
    // A run that is starting may be about to claim one.
    if (active && !['Running', 'Paused', 'Stopping'].includes(active.status?.phase ?? 'Queued')) return undefined;
    const template = await this.#template(sequencer);
    const current = pods.filter((pod) => template && isCurrent(pod, template));
    const kept = current.slice(0, wanted);
    const ended = pods.filter((pod) => hasEnded(pod) && ageOf(pod) < REPLACE_ENDED_AFTER_MS && wanted > 0);
    for (const pod of pods) if (!kept.includes(pod) && !ended.includes(pod)) await this.#remove(pod);
    for (const pod of kept) {
      const problem = ageOf(pod) > REPORT_PROBLEM_AFTER_MS ? podProblem(pod) : null;
      if (problem) await this.#events.record(sequencer, 'Warning', problem.reason, `Warm pod: ${problem.message}`);
    }
    if (ended.length > 0) return REPLACE_ENDED_AFTER_MS;
    if (!template || kept.length >= wanted) return wanted > 0 ? CHECK_EVERY_MS : undefined;
    const last = this.#lastCreated.get(sequencer.metadata.uid);
    if (last && Date.now() - last.at < CACHE_DELAY_MS && !pods.some(({ metadata }) => metadata.name === last.pod)) {
      return CACHE_DELAY_MS;
    }
    try {
      await this.#create(sequencer, template, `${name}-warm-${randomBytes(4).toString('hex')}`, namespace);
      return CHECK_EVERY_MS;
    } catch (error) {
      const refused = admissionErrorOf(error);
      if (!refused) throw error;
      await this.#events.record(sequencer, 'Warning', refused.reason, `No warm pod was created. ${refused.message}`);
      return RETRY_AFTER_ADMISSION_ERROR_MS;
    }
  }

  /** A warm pod that a run can claim, as the API server has it now. */
  async findReady(sequencer: Sequencer): Promise<Pod | null> {
    const cached = this.#podsOf(sequencer).find(isReady);
    const pod = cached && (await this.#client.find(PODS, cached.metadata.namespace, cached.metadata.name));
    return pod?.metadata.uid === cached?.metadata.uid && pod && isReady(pod) ? pod : null;
  }

  /** Whether a new warm pod would be built in the same way. */
  isCurrent(sequencer: Sequencer, pod: Pod, ocs: ConfigMap | null): boolean {
    return isCurrent(pod, templateOf(sequencer, this.#labels, this.#policies.build(sequencer), ocs));
  }

  /** Deletes the warm pods of the sequencer, so that they do not take resources from a run that gets a pod of its own. */
  async removeAll(sequencer: Sequencer): Promise<void> {
    for (const pod of this.#podsOf(sequencer)) await this.#remove(pod);
  }

  /** The oldest first. */
  #podsOf({ metadata: { namespace, name, uid } }: Sequencer): Pod[] {
    return this.#cache
      .warmPodsOf(namespace, name)
      .filter(
        ({ metadata }) =>
          metadata.deletionTimestamp === undefined && metadata.ownerReferences?.some((owner) => owner.uid === uid),
      )
      .sort((a, b) => ageOf(b) - ageOf(a));
  }

  /** Null if a pod could not start, because the ConfigMap of `spec.ocs` does not exist. */
  async #template(sequencer: Sequencer): Promise<Template | null> {
    const ocs = await ocsConfigOf(this.#client, sequencer);
    if (ocs && 'reason' in ocs) return null;
    return templateOf(sequencer, this.#labels, this.#policies.build(sequencer), ocs);
  }

  async #create(sequencer: Sequencer, template: Template, pod: string, namespace: string): Promise<void> {
    await this.#client.create(PODS, namespace, template.podNamed(pod));
    this.#lastCreated.set(sequencer.metadata.uid, { pod, at: Date.now() });
  }

  #remove({ metadata }: Pod): Promise<void> {
    return this.#client.remove(PODS, metadata.namespace, metadata);
  }
}

function ageOf({ metadata }: Pod): number {
  return Date.now() - Date.parse(metadata.creationTimestamp);
}
