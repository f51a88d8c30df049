/**
 * The NetworkPolicy for the runner pods of a sequencer. Egress: the gateway, DNS and `spec.runner.egress`. Ingress: none.
 */
import type { Fields } from '@sequencer/kubernetes/client';
import type { NetworkPolicy } from '@sequencer/kubernetes/objects';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { ownerReference, runnerLabels, runnerSelector } from '../pods/pod-spec.ts';

/** What the runners of every sequencer may reach. */
export interface RunnerNetwork {
  /** Labels of the API's pods in the same namespace. */
  gatewayPods: Record<string, string>;
  /** The namespace of the cluster's name server. */
  dnsNamespace: string;
  /** Addresses of name servers outside that namespace, as of a cache on each node. */
  dnsCidrs: string[];
  /** Labels of all objects of the release. */
  runnerLabels: Record<string, string>;
}

/** Does not collide with the policies of the chart, also for a sequencer named `api`. */
export function networkPolicyName({ metadata }: Sequencer): string {
  return `${metadata.name}-runner`;
}

export function buildNetworkPolicy(
  sequencer: Sequencer,
  { gatewayPods, dnsNamespace, dnsCidrs, runnerLabels: ofRelease }: RunnerNetwork,
): Fields<NetworkPolicy> {
  const { metadata, spec } = sequencer;
  return {
    metadata: {
      labels: runnerLabels(metadata.name, ofRelease),
      ownerReferences: [ownerReference(sequencer)],
    },
    spec: {
      podSelector: { matchLabels: runnerSelector(metadata.name) },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        { to: [{ podSelector: { matchLabels: gatewayPods } }] },
        {
          to: [
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': dnsNamespace } } },
            ...dnsCidrs.map((cidr) => ({ ipBlock: { cidr } })),
          ],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
        ...spec.runner.egress.map(({ cidr, ports }) => ({
          to: [{ ipBlock: { cidr } }],
          ...(ports && { ports: ports.map((port) => ({ protocol: 'TCP', port })) }),
        })),
      ],
    },
  };
}
