/**
 * The pods that wait for runs, of all sequencers.
 *
 * Contract: a waiting pod is of one sequencer and has no run. A run takes it by naming it, with its uid, in its own
 * status; from then on it is this run's pod, as if it had been made for it, and nothing here touches it. What cannot be
 * given to a run any more (it has ended, its node is away, the Sequencer would make it differently) is removed, and
 * another takes its place. Waiting pods stand behind runs: none is made while a run is being started, and what is not
 * up yet goes when a run needs a pod of its own.
 */
import { randomBytes } from 'node:crypto';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import type { ConfigMap, Pod } from '@sequencer/kubernetes/objects';
import { CONFIG_MAPS, NETWORK_POLICIES, PODS } from '@sequencer/kubernetes/resources';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { EventRecorder } from '../status/event-recorder.ts';
import { refusalOf } from '../pods/admission-error.ts';
import { MANAGER } from '../status/status.ts';
import { troubleOf } from '../pods/problems.ts';
import { networkPolicyName, networkPolicyOf } from '../pods/network-policy.ts';
import type { World } from '../cache/cluster-cache.ts';
import { hasEnded, isCurrent, isReady, templateOf, type Template } from './warm-pod.ts';

/** A pod that ended while it waited is not made anew sooner: what ended it may end the next. */
const AFTER_AN_END_MS = 15_000;
const AFTER_REFUSAL_MS = 30_000;
const LOOK_AGAIN_MS = 60_000;
/** What was made is in the copy of the world by then. */
const SEEN_AFTER_MS = 3_000;
/** For a node to be found, and the image to be pulled. */
const TROUBLE_AFTER_MS = 30_000;

export class WarmPods {
  readonly #client: KubernetesClient;
  readonly #world: World;
  readonly #events: EventRecorder;
  readonly #gatewayPods: Record<string, string>;
  /** The newest that was made, and when, by the uid of its sequencer: the copy of the world may not have it yet. */
  readonly #made = new Map<string, { pod: string; at: number }>();

  constructor(client: KubernetesClient, world: World, events: EventRecorder, gatewayPods: Record<string, string>) {
    this.#client = client;
    this.#world = world;
    this.#events = events;
    this.#gatewayPods = gatewayPods;
  }

  /**
   * Sees to it that as many wait as the Sequencer says. Returns when to look again, in ms.
   *
   * @param active the run that holds the sequencer
   */
  async keep(sequencer: Sequencer, active: SequencerRun | undefined): Promise<number | undefined> {
    const { namespace, name, deletionTimestamp } = sequencer.metadata;
    const wanted = deletionTimestamp === undefined ? (sequencer.spec.runner.warm ?? 0) : 0;
    const waiting = this.#waitingFor(sequencer).filter(({ metadata }) => metadata.uid !== active?.status?.podUID);
    if (wanted === 0 && waiting.length === 0) return undefined;
    // A run that is being started may be about to take one.
    if (active && !['Running', 'Paused', 'Stopping'].includes(active.status?.phase ?? 'Queued')) return undefined;
    const template = await this.#template(sequencer);
    const current = waiting.filter((pod) => template && isCurrent(pod, template));
    const kept = current.slice(0, wanted);
    const ended = waiting.filter((pod) => hasEnded(pod) && ageOf(pod) < AFTER_AN_END_MS && wanted > 0);
    for (const pod of waiting) if (!kept.includes(pod) && !ended.includes(pod)) await this.#remove(pod);
    for (const pod of kept) {
      const trouble = ageOf(pod) > TROUBLE_AFTER_MS ? troubleOf(pod) : null;
      if (trouble) await this.#events.say(sequencer, 'Warning', trouble.reason, `A waiting pod: ${trouble.message}`);
    }
    if (ended.length > 0) return AFTER_AN_END_MS;
    if (!template || kept.length >= wanted) return wanted > 0 ? LOOK_AGAIN_MS : undefined;
    const made = this.#made.get(sequencer.metadata.uid);
    if (made && Date.now() - made.at < SEEN_AFTER_MS && !waiting.some(({ metadata }) => metadata.name === made.pod)) {
      return SEEN_AFTER_MS;
    }
    try {
      await this.#make(sequencer, template, `${name}-warm-${randomBytes(4).toString('hex')}`, namespace);
      return LOOK_AGAIN_MS;
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      await this.#events.say(sequencer, 'Warning', refusal.reason, `No waiting pod: ${refusal.message}`);
      return AFTER_REFUSAL_MS;
    }
  }

  /** One that a run could have, as the API server has it now. */
  async ready(sequencer: Sequencer): Promise<Pod | null> {
    const seen = this.#waitingFor(sequencer).find(isReady);
    const pod = seen && (await this.#client.find(PODS, seen.metadata.namespace, seen.metadata.name));
    return pod?.metadata.uid === seen?.metadata.uid && pod && isReady(pod) ? pod : null;
  }

  /** Whether it is as it would be made now. */
  fits(sequencer: Sequencer, pod: Pod, ocs: ConfigMap | null): boolean {
    return isCurrent(pod, templateOf(sequencer, networkPolicyOf(sequencer, this.#gatewayPods), ocs));
  }

  /** For a run that gets a pod of its own: none of those that wait stands in its way. */
  async makeRoom(sequencer: Sequencer): Promise<void> {
    for (const pod of this.#waitingFor(sequencer)) await this.#remove(pod);
  }

  #waitingFor({ metadata: { namespace, name, uid } }: Sequencer): Pod[] {
    return this.#world
      .waitingFor(namespace, name)
      .filter(
        ({ metadata }) =>
          metadata.deletionTimestamp === undefined && metadata.ownerReferences?.some((owner) => owner.uid === uid),
      )
      .sort((a, b) => ageOf(b) - ageOf(a));
  }

  /** Null while a pod could not start: its configuration is not there. */
  async #template(sequencer: Sequencer): Promise<Template | null> {
    const { ocs } = sequencer.spec;
    const map = ocs ? await this.#client.find(CONFIG_MAPS, sequencer.metadata.namespace, ocs.configMap) : null;
    if (ocs && !map) return null;
    return templateOf(sequencer, networkPolicyOf(sequencer, this.#gatewayPods), map);
  }

  async #make(sequencer: Sequencer, template: Template, pod: string, namespace: string): Promise<void> {
    const policy = networkPolicyOf(sequencer, this.#gatewayPods);
    await this.#client.apply(NETWORK_POLICIES, namespace, networkPolicyName(sequencer), policy, { manager: MANAGER });
    await this.#client.create(PODS, namespace, template.podNamed(pod));
    this.#made.set(sequencer.metadata.uid, { pod, at: Date.now() });
  }

  #remove({ metadata }: Pod): Promise<void> {
    return this.#client.remove(PODS, metadata.namespace, metadata);
  }
}

function ageOf({ metadata }: Pod): number {
  return Date.now() - Date.parse(metadata.creationTimestamp);
}
