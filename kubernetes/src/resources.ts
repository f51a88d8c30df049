/** The kinds of objects that Sequencer reads and writes, and their paths in the Kubernetes API. */
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { API_VERSION } from '@sequencer/model/kubernetes/names';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { ConfigMap, KubernetesEvent, Lease, NetworkPolicy, Pod, Secret } from './objects.ts';

/** `T` is the type of the objects; it exists only at compile time. */
export interface Resource<T extends KubernetesObject> {
  apiVersion: string;
  kind: T['kind'];
  plural: string;
}

function resource<T extends KubernetesObject>(apiVersion: string, kind: string, plural: string): Resource<T> {
  return { apiVersion, kind, plural };
}

export const SEQUENCERS = resource<Sequencer>(API_VERSION, 'Sequencer', 'sequencers');
export const RUNS = resource<SequencerRun>(API_VERSION, 'SequencerRun', 'sequencerruns');
export const PODS = resource<Pod>('v1', 'Pod', 'pods');
export const SECRETS = resource<Secret>('v1', 'Secret', 'secrets');
export const CONFIG_MAPS = resource<ConfigMap>('v1', 'ConfigMap', 'configmaps');
export const EVENTS = resource<KubernetesEvent>('v1', 'Event', 'events');
export const LEASES = resource<Lease>('coordination.k8s.io/v1', 'Lease', 'leases');
export const NETWORK_POLICIES = resource<NetworkPolicy>('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies');

/** The path of one object, or of all objects of a kind; `namespace` null means all namespaces. */
export function pathOf(
  { apiVersion, plural }: Pick<Resource<KubernetesObject>, 'apiVersion' | 'plural'>,
  namespace: string | null,
  name?: string,
  subresource?: string,
): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const parts = namespace === null ? [] : ['namespaces', namespace];
  parts.push(plural);
  if (name !== undefined) parts.push(name);
  if (subresource !== undefined) parts.push(subresource);
  return `${root}/${parts.map(encodeURIComponent).join('/')}`;
}
