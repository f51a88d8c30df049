/** The default runner image, for sequencers without an image of their own. */
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';

export interface RunnerImage {
  image: string;
  pullPolicy: 'Always' | 'IfNotPresent' | 'Never' | undefined;
  /** Names of Secrets. */
  pullSecrets: string[];
}

/** Fills in the default image and how to pull it. A sequencer with its own image is returned unchanged. */
export function withRunnerImage(sequencer: Sequencer, fallback: RunnerImage | null): Sequencer {
  const { runner } = sequencer.spec;
  if (runner.image !== undefined || fallback === null) return sequencer;
  const { image, pullPolicy, pullSecrets } = fallback;
  const pulled = {
    image,
    ...(pullPolicy && { imagePullPolicy: pullPolicy }),
    ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
  };
  return { ...sequencer, spec: { ...sequencer.spec, runner: { ...pulled, ...runner } } };
}
