/** The run of a pull. Its name follows from the pull, so that there is one at most. */
import type { KubernetesClient, New } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { RUNS } from '@sequencer/kubernetes/resources';
import { ANNOTATIONS, LABELS } from '@sequencer/model/kubernetes/names';
import { SCHEDULER_USER, pullRunName, type PullInProgress } from '@sequencer/model/kubernetes/scheduler';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { RunSpec, SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { scheduleTitle } from '@sequencer/scheduler/period';

/** The API server refuses the run, also when it is created again. */
export class RunRefusedError extends Error {}

/** The run that was made of the pull; null if there is none yet. */
export async function findPullRun(
  client: KubernetesClient,
  { metadata }: Sequencer,
  pull: PullInProgress,
): Promise<SequencerRun | null> {
  const run = await client.find(RUNS, metadata.namespace, pullRunName(metadata.name, pull));
  return run && isOf(run, pull) ? run : null;
}

/** Creates the run, or returns the one that exists. Throws RunRefusedError. */
export async function createPullRun(
  client: KubernetesClient,
  { metadata }: Sequencer,
  pull: PullInProgress,
  script: string,
): Promise<SequencerRun> {
  const { namespace, name } = metadata;
  try {
    return await client.create(RUNS, namespace, runOf(name, pull, script));
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    if (error.alreadyExists) {
      const run = await client.get(RUNS, namespace, pullRunName(name, pull));
      if (isOf(run, pull)) return run;
      throw new RunRefusedError(`There is another SequencerRun named ${run.metadata.name}.`);
    }
    if (error.status === 400 || error.status === 403 || error.status === 422) {
      throw new RunRefusedError(`The cluster refused the run: ${error.message}`);
    }
    throw error;
  }
}

function isOf({ metadata }: SequencerRun, { id }: PullInProgress): boolean {
  return metadata.annotations?.[ANNOTATIONS.requestId] === id;
}

function runOf(sequencer: string, pull: PullInProgress, script: string): New<SequencerRun> {
  const title = scheduleTitle({ from: new Date(pull.from), to: new Date(pull.to) });
  return {
    metadata: {
      name: pullRunName(sequencer, pull),
      labels: { [LABELS.sequencer]: sequencer },
      annotations: {
        [ANNOTATIONS.submittedBy]: SCHEDULER_USER,
        [ANNOTATIONS.submittedAt]: new Date().toISOString(),
        [ANNOTATIONS.requestId]: pull.id,
        [ANNOTATIONS.origin]: 'SCHEDULER',
      },
    },
    // The API server sets the defaults.
    spec: { sequencer, title, script } as RunSpec,
  };
}
