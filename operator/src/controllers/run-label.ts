/** Labels a run with its sequencer, so that kubectl can select it. The API labels its own runs at creation. */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { RUNS } from '@sequencer/kubernetes/resources';
import { LABELS } from '@sequencer/model/kubernetes/names';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { MANAGER } from '../status/status.ts';

/** Throws a conflict when the run has changed since it was read. */
export async function ensureLabel(client: KubernetesClient, run: SequencerRun): Promise<SequencerRun> {
  const { name, namespace, resourceVersion, labels } = run.metadata;
  // Not before the place is recorded: until then the resourceVersion decides the order of runs of the same second.
  if (run.status?.place === undefined || labels?.[LABELS.sequencer] === run.spec.sequencer) return run;
  const fields = { metadata: { labels: { [LABELS.sequencer]: run.spec.sequencer } } };
  return client.apply(RUNS, namespace, name, fields, { manager: MANAGER, resourceVersion });
}
