import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { expect, it } from 'vitest';
import { buildPod, buildPodSpec } from './pod-spec.ts';
import { buildSecret } from './secret.ts';

const metadata = { name: 'satp1', namespace: 'site', uid: 'u', resourceVersion: '1', creationTimestamp: '' };
const sequencer: Sequencer = {
  apiVersion: 'sequencer.dev/v1alpha1',
  kind: 'Sequencer',
  metadata,
  spec: {
    mode: 'Off',
    runner: { image: 'runner', env: [], egress: [] },
    stopGraceSeconds: 300,
    recordGraceSeconds: 3600,
    history: { keepRuns: 50, ttlSecondsAfterFinished: 604_800 },
  },
};
const run: SequencerRun = {
  apiVersion: 'sequencer.dev/v1alpha1',
  kind: 'SequencerRun',
  metadata,
  spec: {
    sequencer: 'satp1',
    arguments: [],
    desiredState: 'Queued',
    startPaused: false,
    startAt: 0,
    timeoutSeconds: 0,
  },
};

interface Spec {
  volumes: { emptyDir?: { sizeLimit: string } }[];
  containers: { resources: unknown }[];
}

function specOf(of: Sequencer): Spec {
  return buildPodSpec(of, 'secret', 'a-uid') as unknown as Spec;
}

it('limits how much a script can write to the disk of its node', () => {
  const { volumes, containers } = specOf(sequencer);
  const limits = volumes.flatMap(({ emptyDir }) => (emptyDir ? [emptyDir.sizeLimit] : []));
  expect(limits).toEqual(['10Gi', '10Gi']);
  expect(containers[0]?.resources).toEqual({
    requests: { 'ephemeral-storage': '0' },
    limits: { 'ephemeral-storage': '10Gi' },
  });
});

it('merges the resources of the sequencer with the storage limit', () => {
  const resources = { limits: { memory: '2Gi' }, requests: { cpu: '100m', 'ephemeral-storage': '1Gi' } };
  const runner = { ...sequencer.spec.runner, storage: '5Gi', resources };
  const { containers } = specOf({ ...sequencer, spec: { ...sequencer.spec, runner } });
  expect(containers[0]?.resources).toEqual({
    requests: { 'ephemeral-storage': '1Gi', cpu: '100m' },
    limits: { 'ephemeral-storage': '5Gi', memory: '2Gi' },
  });
});

const withRunner = (runner: Partial<Sequencer['spec']['runner']>): Sequencer => ({
  ...sequencer,
  spec: { ...sequencer.spec, runner: { ...sequencer.spec.runner, ...runner } },
});

it('adds the volumes of the sequencer, and limits its empty folders', () => {
  const { volumes } = specOf(
    withRunner({
      volumes: [
        { name: 'scripts', persistentVolumeClaim: { claimName: 'scripts' } },
        { name: 'scratch', emptyDir: { medium: 'Memory' } },
        { name: 'large', emptyDir: { sizeLimit: '20Gi' } },
      ],
    }),
  );
  expect(volumes.slice(-3)).toEqual([
    { name: 'scripts', persistentVolumeClaim: { claimName: 'scripts' } },
    { name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '10Gi' } },
    { name: 'large', emptyDir: { sizeLimit: '20Gi' } },
  ]);
});

it('lets a sequencer replace user ids only', () => {
  const securityOf = (of: Sequencer) =>
    (buildPodSpec(of, 'secret', 'a-uid') as { securityContext?: unknown }).securityContext;
  const fixed = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  expect(securityOf(sequencer)).toEqual({ ...fixed, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 });
  expect(securityOf(withRunner({ securityContext: { runAsUser: 7 } }))).toEqual({ ...fixed, runAsUser: 7 });
  expect(securityOf(withRunner({ securityContext: {} }))).toEqual(fixed);
  const forged = { runAsNonRoot: false, seccompProfile: { type: 'Unconfined' } };
  expect(securityOf(withRunner({ securityContext: forged as object }))).toEqual(fixed);
});

it('labels pods for the release, and keeps its own labels and annotations', () => {
  const podLabels = { team: 'daq', 'app.kubernetes.io/component': 'api', 'sequencer.dev/run': 'other' };
  const pod = buildPod(run, withRunner({ podLabels, podAnnotations: { own: 'yes' } }), {
    'app.kubernetes.io/instance': 'site',
  });
  expect(pod.metadata).toMatchObject({
    annotations: { own: 'yes' },
    labels: {
      team: 'daq',
      'app.kubernetes.io/name': 'sequencer',
      'app.kubernetes.io/instance': 'site',
      'app.kubernetes.io/managed-by': 'sequencer-operator',
      'app.kubernetes.io/component': 'runner',
      'sequencer.dev/sequencer': 'satp1',
      'sequencer.dev/run': 'satp1',
    },
  });
});

it('starts a run with the pause-on-failure setting of its sequencer unless the run has its own', () => {
  const settings = { gatewayUrl: 'ws://api/runner', runTokenKey: 'k'.repeat(32), runnerLabels: {} };
  const options = (own: boolean | undefined, ofSequencer: boolean | undefined) => {
    const withSetting = { ...sequencer, spec: { ...sequencer.spec, holdOnFailure: ofSequencer } };
    const secret = buildSecret({ ...run, spec: { ...run.spec, holdOnFailure: own } }, withSetting, 'x = 1\n', settings);
    return (JSON.parse(secret.stringData?.['options.json'] ?? '{}') as { holdOnFailure: boolean }).holdOnFailure;
  };
  expect(options(undefined, undefined)).toBe(false);
  expect(options(undefined, true)).toBe(true);
  expect(options(false, true)).toBe(false);
  expect(options(true, false)).toBe(true);
});
