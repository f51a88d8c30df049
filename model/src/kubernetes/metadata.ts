/** The metadata of Kubernetes objects, as far as Sequencer reads it. Names as in the Kubernetes API. */
import { ANNOTATIONS } from './names.ts';

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Which fields a field manager wrote last. */
export interface ManagedFields {
  manager?: string;
  operation?: 'Apply' | 'Update';
  time?: string;
  subresource?: string;
  /** As deep as it is read here. */
  fieldsV1?: Record<string, Record<string, unknown> | undefined>;
}

export interface Metadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFields[];
}

/** An object of the API server. Each kind adds its own fields. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}

/**
 * Sorts objects by creation, the oldest first. `creationTimestamp` has whole seconds. Within a second, objects from the
 * Sequencer API are sorted by their `submitted-at`, and others by resourceVersion, which is the order of the last changes.
 */
export function byCreation({ metadata: a }: KubernetesObject, { metadata: b }: KubernetesObject): number {
  return (
    compare(a.creationTimestamp, b.creationTimestamp) ||
    compare(a.annotations?.[ANNOTATIONS.submittedAt] ?? '', b.annotations?.[ANNOTATIONS.submittedAt] ?? '') ||
    Number(a.resourceVersion) - Number(b.resourceVersion) ||
    compare(a.name, b.name)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
