import { KubernetesError } from '@sequencer/kubernetes/errors';
import { expect, test } from 'vitest';
import { refusalOf } from './admission-error.ts';

test.each([
  [
    403,
    'pods "a" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0',
    'waits',
    'Quota',
  ],
  [403, 'pods is forbidden: User "op" cannot create resource "pods" in API group ""', 'waits', 'Forbidden'],
  [
    403,
    'pods "a" is forbidden: unable to create new content in namespace x because it is being terminated',
    'waits',
    'Forbidden',
  ],
  [403, 'pods "a" is forbidden: violates PodSecurity "restricted:latest": privileged', 'final', 'AdmissionDenied'],
  [403, 'admission webhook "x" denied the request: no', 'final', 'AdmissionDenied'],
  [422, 'Pod "a" is invalid: spec.containers[0].image: Required value', 'final', 'Invalid'],
])('%i %s', (status, message, kind, reason) => {
  const refusal = refusalOf(new KubernetesError(status, 'Forbidden', message));
  expect(refusal).toMatchObject({ kind, reason });
  expect(refusal?.message).toContain(message);
});

test.each([0, 409, 429, 500, 503])('status %i is of the moment', (status) => {
  expect(refusalOf(new KubernetesError(status, '', 'failed calling webhook'))).toBeNull();
});

test('what is not an answer of the API server is no refusal', () => {
  expect(refusalOf(new Error('a defect'))).toBeNull();
});
