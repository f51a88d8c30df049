/** What a sequencer lacks, so that no run could start. */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import type { ConfigMap } from '@sequencer/kubernetes/objects';
import { CONFIG_MAPS } from '@sequencer/kubernetes/resources';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';

export interface StartProblem {
  /** For programs, in CamelCase. */
  reason: string;
  message: string;
}

/** Null if nothing is known to prevent a start. */
export async function startProblemOf(client: KubernetesClient, sequencer: Sequencer): Promise<StartProblem | null> {
  if (sequencer.spec.runner.image === undefined) {
    const message = 'No runner image is configured. Set spec.runner.image, or RUNNER_IMAGE of the operator.';
    return { reason: 'RunnerImageMissing', message };
  }
  const ocs = await ocsConfigOf(client, sequencer);
  return ocs && 'reason' in ocs ? ocs : null;
}

/** The ConfigMap of `spec.ocs`; null without `spec.ocs`. */
export async function ocsConfigOf(
  client: KubernetesClient,
  { metadata, spec }: Sequencer,
): Promise<ConfigMap | StartProblem | null> {
  if (!spec.ocs) return null;
  const name = spec.ocs.configMap;
  const map = await client.find(CONFIG_MAPS, metadata.namespace, name);
  const required = `There is no ConfigMap named ${name}, which spec.ocs of the Sequencer ${metadata.name} requires.`;
  return map ?? { reason: 'OcsConfigMissing', message: `${required} Create it with default.yaml and sorunlib.yaml.` };
}
