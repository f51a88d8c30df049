import { expect, test } from 'vitest';
import { sequencerSchema, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { buildPodSpec } from './pod-spec.ts';
import { withRunnerImage, type RunnerImage } from './runner-image.ts';

const metadata = { name: 'satp1', namespace: 'site', uid: 'u', resourceVersion: '1' };
/** As the API server stores it, with the defaults of the custom resource. */
const sequencerWith = (spec: object): Sequencer =>
  ({
    apiVersion: 'sequencer.dev/v1alpha1',
    kind: 'Sequencer',
    metadata,
    ...sequencerSchema.parse({ metadata, spec }),
  }) as Sequencer;
const runnerImage: RunnerImage = {
  image: 'registry.example.org/runner:1',
  pullPolicy: 'Always',
  pullSecrets: ['one', 'two'],
};

test('fills in the default image and how to pull it', () => {
  const spec = buildPodSpec(withRunnerImage(sequencerWith({ mode: 'Queue' }), runnerImage), 'secret', 'a-uid');
  expect(spec).toMatchObject({
    containers: [
      { image: 'registry.example.org/runner:1', imagePullPolicy: 'Always' },
      { image: 'registry.example.org/runner:1', imagePullPolicy: 'Always' },
    ],
    imagePullSecrets: [{ name: 'one' }, { name: 'two' }],
  });
});

test('keeps the image, the pull policy and the host name of the sequencer', () => {
  const own = sequencerWith({ runner: { image: 'own:2' } });
  expect(withRunnerImage(own, runnerImage)).toBe(own);
  const pulled = sequencerWith({ runner: { imagePullPolicy: 'Never', hostname: 'daq' } });
  expect(withRunnerImage(pulled, runnerImage).spec.runner).toMatchObject({
    image: 'registry.example.org/runner:1',
    imagePullPolicy: 'Never',
    hostname: 'daq',
  });
});

test('fills in nothing without a default image', () => {
  const none = sequencerWith({});
  expect(none.spec.runner).toEqual({ env: [], egress: [] });
  expect(withRunnerImage(none, null)).toBe(none);
});
