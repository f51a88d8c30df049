/** Keeps the NetworkPolicy of each sequencer as it should be, also after somebody changed or deleted it. */
import { isDeepStrictEqual } from 'node:util';
import type { Fields, KubernetesClient } from '@sequencer/kubernetes/client';
import type { NetworkPolicy } from '@sequencer/kubernetes/objects';
import { NETWORK_POLICIES } from '@sequencer/kubernetes/resources';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import { buildNetworkPolicy, networkPolicyName, type RunnerNetwork } from './network-policy.ts';
import type { StartProblem } from '../pods/start-problems.ts';

export class NetworkPolicies {
  readonly #client: KubernetesClient;
  readonly #cache: ClusterCache;
  readonly #network: RunnerNetwork;

  constructor(client: KubernetesClient, cache: ClusterCache, network: RunnerNetwork) {
    this.#client = client;
    this.#cache = cache;
    this.#network = network;
  }

  build(sequencer: Sequencer): Fields<NetworkPolicy> {
    return buildNetworkPolicy(sequencer, this.#network);
  }

  /** Creates or corrects the policy. Returns why it cannot: its name belongs to another object. */
  async ensure(sequencer: Sequencer): Promise<StartProblem | null> {
    const { namespace } = sequencer.metadata;
    const name = networkPolicyName(sequencer);
    const policy = this.build(sequencer);
    const cached = this.#cache.networkPolicies.get(namespace, name);
    if (cached && isOf(sequencer, cached) && isCurrent(cached, policy)) return null;
    const found = cached ?? (await this.#client.find(NETWORK_POLICIES, namespace, name));
    if (found && !isOf(sequencer, found) && found.metadata.deletionTimestamp === undefined) return nameTaken(name);
    await this.#client.apply(NETWORK_POLICIES, namespace, name, policy);
    return null;
  }
}

/** Labels of others are left alone. */
function isCurrent({ metadata, spec }: NetworkPolicy, wanted: Fields<NetworkPolicy>): boolean {
  const labels = Object.entries(wanted.metadata?.labels ?? {});
  return labels.every(([key, value]) => metadata.labels?.[key] === value) && isDeepStrictEqual(spec, wanted.spec);
}

function isOf({ metadata }: Sequencer, policy: NetworkPolicy): boolean {
  return policy.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) ?? false;
}

function nameTaken(name: string): StartProblem {
  const message =
    `There is already a NetworkPolicy named ${name} that does not belong to this Sequencer, so its scripts cannot be ` +
    'isolated. Rename that policy, or give the Sequencer another name.';
  return { reason: 'NameTaken', message };
}
