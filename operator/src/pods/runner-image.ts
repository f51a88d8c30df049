/** The image for sequencers that name none: the one that the chart was installed with. */
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';

export interface RunnerImage {
  image: string;
  pullPolicy: 'Always' | 'IfNotPresent' | 'Never' | undefined;
  /** Names of Secrets. */
  pullSecrets: string[];
}

/** The sequencer with the operator's image when it names none. An image of its own is pulled as its spec states. */
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
