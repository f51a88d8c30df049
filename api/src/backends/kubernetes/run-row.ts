/** Derives the row of a run from its object, which can contain any text. Pure. */
import { ensureStorable, storableData, storableText, type Phase, type RunStart } from '@sequencer/model';
import { breakpointsOf } from '@sequencer/model/kubernetes/breakpoints';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import { holdsOnFailure, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { phaseFromKubernetes } from '@sequencer/model/kubernetes/enums';
import { sha256 } from '../../lib/sha256.ts';
import { wordsOf } from '../../store/run-store.ts';
import type { NewRun, RunRow } from '../../store/schema.ts';

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
  const script = ensureStorable(spec.script ?? placeholderOf(spec));
  const row = {
    sequencer: spec.sequencer,
    number,
    title: spec.title === undefined ? null : storableText(spec.title),
    submittedBy: submittedBy(run),
    failure: null,
  };
  return {
    ...row,
    ...runStateOf(run),
    id: metadata.uid,
    object: metadata.name,
    requestId: requestIdOf(run),
    script,
    scriptHash: sha256(script),
    arguments: storableData(spec.arguments),
    startPaused: spec.startPaused,
    holdOnFailure: holdsOnFailure(spec, sequencer),
    breakpoints: storableData(breakpointsOf(metadata)),
    startAt: spec.startAt === 0 ? null : spec.startAt,
    start,
    place,
    submittedAt: new Date(metadata.creationTimestamp),
    words: wordsOf(row),
  };
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

/** The text in place of a script that the API cannot read. When the run has started, its runner sends the script. */
function placeholderOf({ scriptFrom }: SequencerRun['spec']): string {
  const { name = '', key = '' } = scriptFrom?.configMapKeyRef ?? {};
  return `# In the ConfigMap ${name}, key ${key}. It is read when the run starts.\n`;
}
