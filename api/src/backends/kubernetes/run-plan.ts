/** The plan of a run in its object: what it executes, when, and what follows. Pure. */
import { SequencerError, ensureStorable, storableData, storableText, type AfterFailure } from '@sequencer/model';
import { breakpointsOf } from '@sequencer/model/kubernetes/breakpoints';
import type { KubernetesAfterFailure } from '@sequencer/model/kubernetes/enums';
import { afterFailureOf, holdsOnFailure, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { RunSpec, SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { windowOf } from '@sequencer/model/kubernetes/window';
import { sha256 } from '../../lib/sha256.ts';
import type { RunRow } from '../../store/schema.ts';
import type { RunEdit, Submission } from '../queue-store.ts';

/** The spec of a new run. */
export function specOf(submission: Submission): RunSpec {
  const { sequencer, script, title, startPaused, holdOnFailure, startAt, startLine, timeoutSeconds } = submission;
  const { notBefore, notAfter } = submission;
  return {
    sequencer,
    script,
    ...(title !== null && { title }),
    arguments: submission.arguments,
    desiredState: submission.proposed ? 'Held' : submission.start === 'RUNNING' ? 'Running' : 'Queued',
    startPaused,
    holdOnFailure,
    startAt: startAt ?? 0,
    ...(startLine !== null && { startLine }),
    timeoutSeconds: timeoutSeconds ?? 0,
    ...((notBefore ?? notAfter) && { window: windowSpec(notBefore, notAfter) }),
    afterFailure: toKubernetes(submission.afterFailure),
    ...(submission.resources.length > 0 && { resources: submission.resources }),
  };
}

/** A JSON merge patch of the spec. */
export function specPatch(edit: RunEdit, before: RunSpec): object {
  const { script, title, startPaused, holdOnFailure, startAt, timeoutSeconds, afterFailure } = edit;
  const current = windowOf(before);
  const { notBefore = current.notBefore, notAfter = current.notAfter } = edit;
  return {
    ...(script !== undefined && { script, scriptFrom: null }),
    ...(title !== undefined && { title }),
    ...(edit.arguments && { arguments: edit.arguments }),
    ...(startPaused !== undefined && { startPaused }),
    ...(holdOnFailure !== undefined && { holdOnFailure }),
    ...(startAt !== undefined && { startAt: startAt ?? 0, startLine: null }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds: timeoutSeconds ?? 0 }),
    ...(afterFailure && { afterFailure: toKubernetes(afterFailure) }),
    ...(edit.resources && { resources: edit.resources.length > 0 ? edit.resources : null }),
    window: notBefore === null && notAfter === null ? null : windowPatch(notBefore, notAfter),
  };
}

function windowPatch(notBefore: Date | null, notAfter: Date | null) {
  return { notBefore: notBefore?.toISOString() ?? null, notAfter: notAfter?.toISOString() ?? null };
}

function windowSpec(notBefore: Date | null, notAfter: Date | null): NonNullable<RunSpec['window']> {
  return {
    ...(notBefore && { notBefore: notBefore.toISOString() }),
    ...(notAfter && { notAfter: notAfter.toISOString() }),
  };
}

/** Throws NOT_YET for the safe script. */
export function toKubernetes(value: AfterFailure): KubernetesAfterFailure {
  if (value === 'RUN_SAFE_SCRIPT') {
    throw new SequencerError('NOT_YET', 'Running the safe script after a failure is not available on Kubernetes yet.');
  }
  return value === 'CONTINUE' ? 'Continue' : 'HoldQueue';
}

export function fromKubernetes(value: KubernetesAfterFailure): AfterFailure {
  return value === 'Continue' ? 'CONTINUE' : 'HOLD_QUEUE';
}

export type PlanColumns = Pick<
  RunRow,
  | 'title'
  | 'script'
  | 'scriptHash'
  | 'arguments'
  | 'startPaused'
  | 'holdOnFailure'
  | 'breakpoints'
  | 'startAt'
  | 'notBefore'
  | 'notAfter'
  | 'timeoutSeconds'
  | 'afterFailure'
  | 'resources'
>;

/** @param run with its script */
export function planColumns({ metadata, spec }: SequencerRun, sequencer: Sequencer | undefined): PlanColumns {
  const script = ensureStorable(spec.script ?? placeholderOf(spec));
  return {
    title: spec.title === undefined ? null : storableText(spec.title),
    script,
    scriptHash: sha256(script),
    arguments: storableData(spec.arguments),
    startPaused: spec.startPaused,
    holdOnFailure: holdsOnFailure(spec, sequencer),
    breakpoints: storableData(breakpointsOf(metadata)),
    startAt: spec.startAt === 0 ? null : spec.startAt,
    ...windowOf(spec),
    timeoutSeconds: spec.timeoutSeconds === 0 ? null : spec.timeoutSeconds,
    afterFailure: fromKubernetes(afterFailureOf(spec, sequencer)),
    resources: spec.resources ?? [],
  };
}

/** The text in place of a script that the API cannot read. When the run has started, its runner sends the script. */
function placeholderOf({ scriptFrom }: SequencerRun['spec']): string {
  const { name = '', key = '' } = scriptFrom?.configMapKeyRef ?? {};
  return `# In the ConfigMap ${name}, key ${key}. It is read when the run starts.\n`;
}
