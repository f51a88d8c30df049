import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';

/** The runner of pods that run on a node. */
export function runnerImage(): SequencerSpec['runner'] {
  const image = process.env.RUNNER_IMAGE;
  if (!image) throw new Error('Set RUNNER_IMAGE to an image of the runner that is present on the nodes.');
  return { image, imagePullPolicy: 'IfNotPresent', env: [], egress: [] };
}
