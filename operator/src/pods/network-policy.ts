/**
 * The NetworkPolicy for the runner pods of a sequencer. Egress: the gateway, DNS and `spec.runner.egress`. Ingress: none.
 */
import type { Fields } from '@sequencer/kubernetes/client';
import type { NetworkPolicy } from '@sequencer/kubernetes/objects';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { ownerReference, runnerLabels } from './pod-spec.ts';

export function networkPolicyName(sequencer: Sequencer): string {
  return `sequencer-${sequencer.metadata.name}`;
}

/** @param gatewayPods labels of the API's pods in the same namespace */
export function buildNetworkPolicy(sequencer: Sequencer, gatewayPods: Record<string, string>): Fields<NetworkPolicy> {
  const { metadata, spec } = sequencer;
  return {
    metadata: { ownerReferences: [ownerReference(sequencer)] },
    spec: {
      podSelector: { matchLabels: runnerLabels(metadata.name) },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        { to: [{ podSelector: { matchLabels: gatewayPods } }] },
        {
          to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
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
