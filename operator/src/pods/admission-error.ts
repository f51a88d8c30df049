/** What it means that the API server did not make a pod, a Secret or a policy. Pure. */
import { KubernetesError } from '@sequencer/kubernetes/errors';

export interface Refusal {
  /** `final`: the same object will be refused again. `waits`: others have to do something first. */
  kind: 'final' | 'waits';
  reason: string;
  message: string;
}

/** Null: the failure is of the moment; try again after a back-off. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof KubernetesError)) return null;
  const { status, message } = error;
  if (status === 400 || status === 422) {
    return {
      kind: 'final',
      reason: 'Invalid',
      message: `Kubernetes refuses the pod as invalid: ${message}. Mend spec.runner of the Sequencer and submit the script again.`,
    };
  }
  if (status !== 403) return null;
  if (/exceeded quota|failed quota/.test(message)) {
    return {
      kind: 'waits',
      reason: 'Quota',
      message: `The quota of the namespace does not allow the pod: ${message}. It starts as soon as there is room; cancel the run to give up.`,
    };
  }
  if (/ cannot \w+ resource |being terminated/.test(message)) {
    return {
      kind: 'waits',
      reason: 'Forbidden',
      message: `The operator may not make the pod: ${message}. Check the roles of its service account.`,
    };
  }
  return {
    kind: 'final',
    reason: 'AdmissionDenied',
    message: `A policy of the cluster refuses the pod: ${message}. Mend spec.runner of the Sequencer, or ask who set the policy, and submit the script again.`,
  };
}
