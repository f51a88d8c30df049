/** Explains why the API server did not create a pod, a Secret or a NetworkPolicy. Pure. */
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { resourcesAboveQuota } from './quota.ts';

export interface AdmissionError {
  /** `permanent`: the same request will be refused again. `retryable`: it can succeed once something else has changed. */
  kind: 'permanent' | 'retryable';
  /** For programs, in CamelCase. */
  reason: string;
  message: string;
}

/** Null for a transient failure, which is retried with a back-off. */
export function admissionErrorOf(error: unknown): AdmissionError | null {
  if (!(error instanceof KubernetesError)) return null;
  const { status, message } = error;
  if (status === 400 || status === 422) {
    return {
      kind: 'permanent',
      reason: 'Invalid',
      message: `Kubernetes rejected the pod as invalid: ${message}. Fix spec.runner of the Sequencer and submit the script again.`,
    };
  }
  if (status !== 403) return null;
  if (/failed quota/.test(message) && !message.includes('exceeded quota')) {
    return {
      kind: 'retryable',
      reason: 'QuotaNeedsResources',
      message: `The namespace quota requires resources that the pod does not declare: ${message}. Set spec.runner.resources of the Sequencer; the pod starts after that. Cancel the run to stop waiting.`,
    };
  }
  if (message.includes('exceeded quota')) {
    const tooMuch = resourcesAboveQuota(message);
    if (tooMuch.length > 0) {
      return {
        kind: 'retryable',
        reason: 'AboveQuota',
        message: `The namespace quota is smaller than what the pod requests (${tooMuch.join(', ')}), so the pod cannot start: ${message}. Reduce spec.runner.resources of the Sequencer, or request a larger quota; the pod starts after that. Cancel the run to stop waiting.`,
      };
    }
    return {
      kind: 'retryable',
      reason: 'Quota',
      message: `The namespace quota does not allow the pod: ${message}. The pod starts when quota is available. Cancel the run to stop waiting.`,
    };
  }
  if (/ cannot \w+ resource |being terminated/.test(message)) {
    return {
      kind: 'retryable',
      reason: 'Forbidden',
      message: `The operator is not allowed to create the pod: ${message}. Check the roles of its service account.`,
    };
  }
  return {
    kind: 'permanent',
    reason: 'AdmissionDenied',
    message: `A cluster policy rejected the pod: ${message}. Fix spec.runner of the Sequencer, or contact the owner of the policy, and submit the script again.`,
  };
}
