/** The fields of the built-in kinds that are used here. Times stay strings, as on the wire, so that none loses precision. */
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string | null };
  terminated?: {
    exitCode: number;
    signal?: number;
    reason?: string;
    message?: string;
    startedAt?: string | null;
    finishedAt?: string | null;
  };
}

export interface PodCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface PodStatus {
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  reason?: string;
  message?: string;
  startTime?: string;
  conditions?: PodCondition[];
  containerStatuses?: { name: string; state?: ContainerState; restartCount?: number }[];
}

export interface Pod extends KubernetesObject {
  kind: 'Pod';
  spec: { nodeName?: string; [field: string]: unknown };
  status?: PodStatus;
}

export interface Secret extends KubernetesObject {
  kind: 'Secret';
  stringData?: Record<string, string>;
  data?: Record<string, string>;
}

export interface ConfigMap extends KubernetesObject {
  kind: 'ConfigMap';
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

export interface Lease extends KubernetesObject {
  kind: 'Lease';
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    /** With microseconds, as in 2026-11-24T20:00:00.000000Z. */
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export interface NetworkPolicy extends KubernetesObject {
  kind: 'NetworkPolicy';
  spec: Record<string, unknown>;
}

export interface KubernetesEvent extends KubernetesObject {
  kind: 'Event';
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  count?: number;
  lastTimestamp?: string;
  involvedObject: { apiVersion: string; kind: string; name: string; namespace: string; uid: string };
}
