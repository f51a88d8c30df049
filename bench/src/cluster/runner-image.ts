import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';

/** Of the pods that really run. */
export function runnerImage(): SequencerSpec['runner'] {
  const image = process.env.RUNNER_IMAGE;
  if (!image) throw new Error('RUNNER_IMAGE has to name an image with the runner that the nodes have.');
  return { image, imagePullPolicy: 'IfNotPresent', env: [], egress: [] };
}
