import { expect, test } from 'vitest';
import { sequencerSchema, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { podSpecOf } from './pod-spec.ts';
import { withRunnerImage, type RunnerImage } from './runner-image.ts';

const metadata = { name: 'satp1', namespace: 'site', uid: 'u', resourceVersion: '1' };
/** As the API server stores it: with the defaults of the custom resource. */
const made = (spec: object): Sequencer =>
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

test('a sequencer with only a mode gets the image of the operator', () => {
  const spec = podSpecOf(withRunnerImage(made({ mode: 'Queue' }), runnerImage), 'secret', 'given');
  expect(spec).toMatchObject({
    containers: [{ image: 'registry.example.org/runner:1', imagePullPolicy: 'Always' }],
    imagePullSecrets: [{ name: 'one' }, { name: 'two' }],
  });
});

test('an image of the sequencer, and how it is pulled, stay as they are', () => {
  const own = made({ runner: { image: 'own:2' } });
  expect(withRunnerImage(own, runnerImage)).toBe(own);
  const pulled = made({ runner: { imagePullPolicy: 'Never', hostname: 'daq' } });
  expect(withRunnerImage(pulled, runnerImage).spec.runner).toMatchObject({
    image: 'registry.example.org/runner:1',
    imagePullPolicy: 'Never',
    hostname: 'daq',
  });
});

test('without an image of the operator nothing is filled in', () => {
  const none = made({});
  expect(none.spec.runner).toEqual({ env: [], egress: [] });
  expect(withRunnerImage(none, null)).toBe(none);
});
