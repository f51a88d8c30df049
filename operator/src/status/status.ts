/** Writes the operator's fields of a run's status: all in one request, conditional on the version that was read. */
import { boundedText } from '@sequencer/model/text';
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { RUNS } from '@sequencer/kubernetes/resources';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import { isFinalKubernetesPhase, type KubernetesPhase } from '@sequencer/model/kubernetes/enums';
import type { RunStatus, SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { Condition } from '@sequencer/model/kubernetes/schema-parts';

/** The field manager of everything that the operator writes. */
export const MANAGER = 'sequencer-operator';

const OWN_FIELDS = [
  'phase',
  'reason',
  'conditions',
  'observedGeneration',
  'request',
  'place',
  'podName',
  'podUID',
  'submittedBy',
  'startedAt',
  'finishedAt',
  'duration',
  'exitCode',
  'refused',
] as const satisfies readonly (keyof RunStatus)[];

type OwnStatus = Pick<RunStatus, (typeof OWN_FIELDS)[number]>;

function ownFieldsOf(status: RunStatus | undefined): OwnStatus {
  return Object.fromEntries(
    OWN_FIELDS.flatMap((field) => (status?.[field] === undefined ? [] : [[field, status[field]]])),
  );
}

export interface ConditionChange {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

/** The conditions after the changes. The time of a condition changes only with its status. */
export function withConditions(
  before: Condition[] | undefined,
  changes: ConditionChange[],
  generation: number | undefined,
): Condition[] {
  const now = wholeSeconds(new Date());
  const conditions = new Map((before ?? []).map((condition) => [condition.type, condition]));
  for (const change of changes) {
    const known = conditions.get(change.type);
    const lastTransitionTime = known?.status === change.status ? known.lastTransitionTime : now;
    conditions.set(change.type, { ...change, message: boundedText(change.message, 2048), lastTransitionTime });
  }
  const observed = generation !== undefined && { observedGeneration: generation };
  return [...conditions.values()].map((condition) => ({ ...condition, ...observed }));
}

/** As in Tekton: Unknown until the run has ended. */
function succeededCondition(phase: KubernetesPhase, reason: string): ConditionChange {
  const type = 'Succeeded';
  if (!isFinalKubernetesPhase(phase)) {
    return { type, status: 'Unknown', reason: phase, message: 'The run has not ended.' };
  }
  return { type, status: phase === 'Succeeded' ? 'True' : 'False', reason: phase, message: reason };
}

/** Throws a conflict when the run has changed since it was read. Sends no request when the status stays the same. */
export async function writeStatus(
  client: KubernetesClient,
  run: SequencerRun,
  changes: Omit<OwnStatus, 'conditions' | 'observedGeneration'>,
  conditions: ConditionChange[] = [],
): Promise<SequencerRun> {
  const before = ownFieldsOf(run.status);
  const phase = changes.phase ?? before.phase;
  const succeeded = phase ? [succeededCondition(phase, changes.reason ?? before.reason ?? '')] : [];
  const list = withConditions(before.conditions, [...succeeded, ...conditions], run.metadata.generation);
  const after: OwnStatus = {
    ...before,
    ...changes,
    ...(changes.reason !== undefined && { reason: boundedText(changes.reason, 2048) }),
    ...(run.metadata.generation !== undefined && { observedGeneration: run.metadata.generation }),
    ...(list.length > 0 && { conditions: list }),
  };
  if (isDeepStrictEqual(before, after)) return run;
  const { name, namespace, resourceVersion } = run.metadata;
  return client.apply(RUNS, namespace, name, { status: after }, { subresource: 'status', resourceVersion });
}
