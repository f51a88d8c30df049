/** Derives the row of a run from its object, which can contain any text. Pure. */
import { RUN_ORIGINS, ensureStorable, storableText, type Phase, type RunOrigin, type RunStart } from '@sequencer/model';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { phaseFromKubernetes } from '@sequencer/model/kubernetes/enums';
import { wordsOf } from '../../store/run-store.ts';
import type { NewRun, RunRow } from '../../store/schema.ts';
import { holdColumns, proposalOf } from './change-notes.ts';
import { planColumns } from './run-plan.ts';

/** The part of the row that comes from the status of the object. */
export type RunState = Pick<RunRow, 'phase' | 'reason' | 'startedAt' | 'finishedAt' | 'exitCode'>;

export function phaseOf({ status }: SequencerRun): Phase {
  return phaseFromKubernetes(status?.phase ?? 'Queued');
}

export function runStateOf(run: SequencerRun): RunState {
  const { reason, startedAt, finishedAt, exitCode } = run.status ?? {};
  return {
    phase: phaseOf(run),
    reason: reason === undefined ? null : ensureStorable(reason),
    startedAt: startedAt === undefined ? null : new Date(startedAt),
    finishedAt: finishedAt === undefined ? null : new Date(finishedAt),
    exitCode: exitCode ?? null,
  };
}

export function submittedBy({ metadata, status }: SequencerRun): string {
  return storableText(metadata.annotations?.[ANNOTATIONS.submittedBy] ?? status?.submittedBy ?? 'kubectl');
}

/** The parts of the row that are not in the object. */
export interface RowContext {
  number: number;
  place: number;
  /** How the run starts, from the rule of the queue. */
  start: RunStart;
  sequencer: Sequencer | undefined;
}

export function rowOf(run: SequencerRun, { number, place, start, sequencer }: RowContext): NewRun {
  const { metadata, spec } = run;
  const plan = planColumns(run, sequencer);
  const row = { sequencer: spec.sequencer, number, title: plan.title, submittedBy: submittedBy(run), failure: null };
  return {
    ...row,
    ...plan,
    ...runStateOf(run),
    id: metadata.uid,
    object: metadata.name,
    requestId: requestIdOf(run),
    ...holdColumns(run, null),
    ...proposalOf(run),
    version: metadata.generation ?? 1,
    origin: originOf(run),
    start,
    place,
    submittedAt: new Date(metadata.creationTimestamp),
    words: wordsOf(row),
  };
}

function originOf({ metadata }: SequencerRun): RunOrigin {
  const { annotations } = metadata;
  const origin = RUN_ORIGINS.find((value) => value === annotations?.[ANNOTATIONS.origin]);
  return origin ?? (annotations?.[ANNOTATIONS.submittedAt] === undefined ? 'KUBECTL' : 'PERSON');
}

const LONGEST_REQUEST_ID = 100;

function requestIdOf({ metadata }: SequencerRun): string | null {
  const id = metadata.annotations?.[ANNOTATIONS.requestId];
  return id === undefined || id.length > LONGEST_REQUEST_ID ? null : storableText(id);
}

export const SET_ASIDE = 'The details of this run could not be stored: the database refused them.';

/** As `rowOf`, without any text from a user. */
export function bareRowOf(run: SequencerRun, context: RowContext): NewRun {
  const { title: _title, scriptFrom: _from, ...spec } = run.spec;
  const { annotations: _annotations, ...metadata } = run.metadata;
  const status = { phase: run.status?.phase, reason: SET_ASIDE };
  return rowOf({ ...run, metadata, spec: { ...spec, arguments: [], script: `# ${SET_ASIDE}\n` }, status }, context);
}

/** The end of a run whose object was deleted before it had an outcome. */
export function endOfDeleted(row: { phase: Phase }): RunState {
  const neverStarted = row.phase === 'QUEUED';
  return {
    phase: neverStarted ? 'CANCELLED' : 'LOST',
    reason: neverStarted
      ? 'The SequencerRun was deleted before the run started.'
      : 'The SequencerRun was deleted before the outcome of the script was known. The telescope may still be moving.',
    startedAt: null,
    finishedAt: null,
    exitCode: null,
  };
}
