import { KubernetesError } from '@sequencer/kubernetes/errors';
import { expect, test } from 'vitest';
import { admissionErrorOf } from './admission-error.ts';

test.each([
  [
    403,
    'pods "a" is forbidden: exceeded quota: none, requested: pods=1, used: pods=5, limited: pods=5',
    'retryable',
    'Quota',
  ],
  [
    403,
    'pods "a" is forbidden: exceeded quota: q, requested: limits.cpu=2500m,limits.memory=2Gi, used: limits.cpu=0,limits.memory=2000M, limited: limits.cpu=4,limits.memory=3Gi',
    'retryable',
    'Quota',
  ],
  [
    403,
    'pods "a" is forbidden: exceeded quota: q, requested: limits.cpu=1,limits.memory=8Gi, used: limits.cpu=0,limits.memory=0, limited: limits.cpu=4,limits.memory=4000Mi',
    'retryable',
    'AboveQuota',
  ],
  [
    403,
    'pods "a" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0',
    'retryable',
    'AboveQuota',
  ],
  [403, 'pods "a" is forbidden: failed quota: q: must specify limits.cpu', 'retryable', 'QuotaNeedsResources'],
  [403, 'pods is forbidden: User "op" cannot create resource "pods" in API group ""', 'retryable', 'Forbidden'],
  [
    403,
    'pods "a" is forbidden: unable to create new content in namespace x because it is being terminated',
    'retryable',
    'Forbidden',
  ],
  [403, 'pods "a" is forbidden: violates PodSecurity "restricted:latest": privileged', 'permanent', 'AdmissionDenied'],
  [403, 'admission webhook "x" denied the request: no', 'permanent', 'AdmissionDenied'],
  [422, 'Pod "a" is invalid: spec.containers[0].image: Required value', 'permanent', 'Invalid'],
])('classifies status %i %s as %s', (status, message, kind, reason) => {
  const error = admissionErrorOf(new KubernetesError(status, 'Forbidden', message));
  expect(error).toMatchObject({ kind, reason });
  expect(error?.message).toContain(message);
});

test.each([0, 409, 429, 500, 503])('treats status %i as transient', (status) => {
  expect(admissionErrorOf(new KubernetesError(status, '', 'failed calling webhook'))).toBeNull();
});

test('ignores errors that are not answers of the API server', () => {
  expect(admissionErrorOf(new Error('a defect'))).toBeNull();
});
