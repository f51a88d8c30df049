/** Writes the operator's fields of a run's status: all in one request, conditional on the version that was read. */
import { boundedText } from '@sequencer/model/text';
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { RUNS } from '@sequencer/kubernetes/resources';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import type { RunStatus, SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { Condition } from '@sequencer/model/kubernetes/schema-parts';

/** The field manager of everything that the operator applies. */
export const MANAGER = 'sequencer-operator';

const OWN_FIELDS = [
  'phase',
  'reason',
  'conditions',
  'observedGeneration',
  'place',
  'podName',
  'podUID',
  'submittedBy',
  'startedAt',
  'finishedAt',
  'exitCode',
] as const satisfies readonly (keyof RunStatus)[];

type OwnStatus = Pick<RunStatus, (typeof OWN_FIELDS)[number]>;

function ownFieldsOf(status: RunStatus | undefined): OwnStatus {
  return Object.fromEntries(
    OWN_FIELDS.flatMap((field) => (status?.[field] === undefined ? [] : [[field, status[field]]])),
  );
}

export interface ConditionChange {
  type: string;
  status: 'True' | 'False';
  reason: string;
  message: string;
}

export function withConditions(before: Condition[] | undefined, changes: ConditionChange[], now: Date): Condition[] {
  const conditions = new Map((before ?? []).map((condition) => [condition.type, condition]));
  for (const change of changes) {
    const known = conditions.get(change.type);
    const lastTransitionTime = known?.status === change.status ? known.lastTransitionTime : wholeSeconds(now);
    conditions.set(change.type, { ...change, message: boundedText(change.message, 2048), lastTransitionTime });
  }
  return [...conditions.values()];
}

/** Throws a conflict when the run has changed since it was read. Sends no request when the status stays the same. */
export async function writeStatus(
  client: KubernetesClient,
  run: SequencerRun,
  changes: Omit<OwnStatus, 'conditions' | 'observedGeneration'>,
  conditions: ConditionChange[] = [],
): Promise<SequencerRun> {
  const before = ownFieldsOf(run.status);
  const list = withConditions(before.conditions, conditions, new Date());
  const after: OwnStatus = {
    ...before,
    ...changes,
    ...(changes.reason !== undefined && { reason: boundedText(changes.reason, 2048) }),
    ...(run.metadata.generation !== undefined && { observedGeneration: run.metadata.generation }),
    ...(list.length > 0 && { conditions: list }),
  };
  if (isDeepStrictEqual(before, after)) return run;
  const { name, namespace, resourceVersion } = run.metadata;
  return client.apply(
    RUNS,
    namespace,
    name,
    { status: after },
    { manager: MANAGER, subresource: 'status', resourceVersion },
  );
}
