/** The GraphQL type Run. */
import { EVENT_TYPES, SequencerError, stopOfUser } from '@sequencer/model';
import { scriptOf } from '../../store/run-store.ts';
import { DateTime, PhaseEnum, RunStartEnum, builder } from '../core/builder.ts';
import { AskType, ProgressType, ScriptVersionType } from './run-interaction.ts';
import {
  BreakpointType,
  EventType,
  FailureType,
  OutputType,
  PositionType,
  StatementType,
  StopSentType,
  TelescopeType,
  TraceType,
  readOutput,
} from './run-parts.ts';
import { findRunModel, type RunModel } from './run-model.ts';
import { SequencerType } from '../core/sequencer-type.ts';

const LARGEST_PAGE = 5000;
export const AFTER = 'Sequence number after which to read.';
export const PAGE_SIZE = `Largest number of items, ${String(LARGEST_PAGE)} at most.`;

/** Returns `size`. Throws BAD_INPUT unless it is from 1 to `largest`. */
export function pageSize(name: string, size: number, largest: number = LARGEST_PAGE): number {
  if (size >= 1 && size <= largest) return size;
  throw new SequencerError('BAD_INPUT', `${name}: must be from 1 to ${String(largest)}.`);
}

/** The event types without duplicates. Throws BAD_INPUT for an unknown type. */
function knownTypes(types: readonly string[]): readonly string[] {
  const known: readonly string[] = EVENT_TYPES;
  const wanted = [...new Set(types)];
  if (wanted.every((type) => known.includes(type))) return wanted;
  throw new SequencerError('BAD_INPUT', 'types: unknown event type.', `Known types: ${known.join(', ')}.`);
}

export const RunType = builder.objectRef<RunModel>('Run');

RunType.implement({
  description: 'One execution of one script on one sequencer.',
  fields: (t) => ({
    id: t.id({ description: 'UUID.', resolve: (run) => run.row.id }),
    number: t.int({ description: 'Number within its sequencer: 1, 2, 3 ...', resolve: (run) => run.row.number }),
    sequencer: t.field({ type: SequencerType, resolve: (run) => ({ name: run.row.sequencer }) }),
    title: t.string({ nullable: true, description: 'Null for an untitled run.', resolve: (run) => run.row.title }),
    script: t.string({
      description: 'The submitted script.',
      resolve: (run, _args, { db, answer }) => answer.load(() => scriptOf(db, run.row.id)),
    }),
    phase: t.field({ type: PhaseEnum, resolve: (run) => run.phase }),
    reason: t.string({
      nullable: true,
      description:
        'Why the run is in this phase, or what it waits for, as a sentence. Null if there is nothing to add.',
      resolve: (run) => run.reason(),
    }),
    submittedBy: t.string({ description: 'User who submitted it.', resolve: (run) => run.row.submittedBy }),
    submittedAt: t.field({ type: DateTime, resolve: (run) => run.row.submittedAt }),
    startedAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'When the script started. Null before that.',
      resolve: (run) => run.facts.startedAt,
    }),
    finishedAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'When the run ended. Null before that.',
      resolve: (run) => run.facts.finishedAt,
    }),
    exitCode: t.int({
      nullable: true,
      description:
        'Exit code as in a shell: 128 + n if signal n ended the script. Null until the end, and if not known.',
      resolve: (run) => run.facts.exitCode,
    }),
    failure: t.field({
      type: FailureType,
      nullable: true,
      description: 'The failure that ended the run or holds it. Null if there is none.',
      resolve: (run) => run.facts.failure,
    }),
    arguments: t.stringList({ description: 'sys.argv[1:] of the script.', resolve: (run) => run.row.arguments }),
    startPaused: t.boolean({
      description: 'Whether the script stops at its first line.',
      resolve: (run) => run.row.startPaused,
    }),
    holdOnFailure: t.boolean({
      description: 'Whether a failed statement holds the run for a decision. Otherwise it ends the run.',
      resolve: (run) => run.row.holdOnFailure,
    }),
    start: t.field({ type: RunStartEnum, resolve: (run) => run.row.start }),
    scriptHash: t.string({
      description: 'SHA-256 of the script, in hexadecimal.',
      resolve: (run) => run.row.scriptHash,
    }),
    statementCount: t.int({
      description: 'Number of statements. 0 until the script has started.',
      resolve: (run) => run.facts.statementCount,
    }),
    statementsDone: t.int({
      description: 'Number of statements that are done or skipped.',
      resolve: (run) => run.facts.statementsDone,
    }),
    position: t.field({
      type: PositionType,
      nullable: true,
      description: 'Position of the main thread. Null before the first statement.',
      resolve: async (run) => {
        if (!run.live && run.row.lastSeq === 0) return null;
        const { statement, traces, statements } = await run.view();
        if (statement === null) return null;
        const main = traces.find((trace) => trace.id === 1);
        const own = main?.file === '<script>' ? main : null;
        return {
          statement,
          line: own?.line ?? statements[statement]?.firstLine ?? null,
          since: own?.since ?? statements[statement]?.startedAt ?? null,
        };
      },
    }),
    pausePending: t.boolean({
      description: 'Whether a pause was requested and some traces have not stopped yet.',
      resolve: (run) => run.live?.view.pause.state === 'pending',
    }),
    pausedSince: t.field({
      type: DateTime,
      nullable: true,
      description: 'When the longest-paused trace stopped. Null if none is paused.',
      resolve: (run) => run.live?.pausedSince ?? null,
    }),
    stops: t.field({
      type: [StopSentType],
      description: 'Rungs of the stop ladder that were sent, in order.',
      resolve: async (run) => (await run.view()).stops,
    }),
    telescope: t.field({
      type: TelescopeType,
      nullable: true,
      description:
        'Operations still running on the telescope, checked after each stop. Null before the first stop, and if no observatory is configured.',
      resolve: async (run) => (await run.view()).telescope,
    }),
    live: t.boolean({
      description: 'Whether the runner of this run is connected, so that the state shown is current.',
      resolve: (run) => run.live?.connected ?? false,
    }),
    seenAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'When the last message of the runner was received. Null before the first.',
      resolve: (run) => run.live?.seenAt ?? run.row.seenAt,
    }),
    watchers: t.int({ description: 'Number of clients that follow this run now.', resolve: (run) => run.watchers }),
    view: t.string({
      description:
        'State after event `lastSeq` as JSON (model/src/run-view.ts): the starting point for a client that follows `events`.',
      resolve: async (run) => JSON.stringify(await run.view()),
    }),
    statements: t.field({
      type: [StatementType],
      description: 'Top-level statements of the current script. Empty until the script has started.',
      resolve: async (run) => (await run.view()).statements,
    }),
    traces: t.field({
      type: [TraceType],
      description: 'Threads and asyncio tasks, and the newest of those that have ended.',
      resolve: async (run) => (await run.view()).traces,
    }),
    breakpoints: t.field({
      type: [BreakpointType],
      resolve: async (run) => (run.facts.lastSeq === 0 ? run.row.breakpoints : (await run.view()).breakpoints),
    }),
    stoppedBy: t.field({
      type: StopSentType,
      nullable: true,
      description: 'The stop of a user that ended the run. Null if the run ended otherwise, or has not ended.',
      resolve: async (run) => {
        const isStopped = run.phase === 'INTERRUPTED' || run.phase === 'TERMINATED' || run.phase === 'KILLED';
        return isStopped ? stopOfUser(await run.view()) : null;
      },
    }),
    startAt: t.int({
      nullable: true,
      description: 'Index of the statement the run started at, from 0. Null for the first.',
      resolve: (run) => run.row.startAt,
    }),
    asks: t.field({
      type: [AskType],
      description: 'Open questions of the script, and the newest of the answered ones.',
      resolve: async (run) => (await run.view()).asks,
    }),
    progress: t.field({
      type: [ProgressType],
      description: 'Newest report of each activity of the script.',
      resolve: async (run) => (await run.view()).progress,
    }),
    scriptVersion: t.int({
      description: 'Version of the script that is running: 1 until the script is replaced.',
      resolve: async (run) => (await run.view()).versions.at(-1)?.version ?? 1,
    }),
    scriptVersions: t.field({
      type: [ScriptVersionType],
      description: 'Replacements of the script during the run, oldest first. `script` is version 1.',
      resolve: (run) => run.versions(),
    }),
    output: t.field({
      type: [OutputType],
      description:
        'Output with seq > after, oldest first. A page may have fewer than `first` items; an empty page is the end.',
      args: {
        after: t.arg.int({ required: false, defaultValue: 0, description: AFTER }),
        first: t.arg.int({ required: false, defaultValue: 1000, description: PAGE_SIZE }),
      },
      resolve: async (run, { after, first }) =>
        (await run.events(after ?? 0, pageSize('first', first ?? 1000), ['output'])).map(readOutput),
    }),
    outputBefore: t.field({
      type: [OutputType],
      description:
        'Newest output with seq < before, oldest first; the newest of all without `before`. A page may have fewer than `last` items.',
      args: {
        before: t.arg.int({ required: false, description: 'Sequence number before which to read.' }),
        last: t.arg.int({ required: false, defaultValue: 1000, description: PAGE_SIZE }),
      },
      resolve: async (run, { before, last }) =>
        (await run.outputBefore(before ?? 2 ** 31 - 1, pageSize('last', last ?? 1000))).map(readOutput),
    }),
    events: t.field({
      type: [EventType],
      description:
        'Events with seq > after, oldest first. A page may have fewer than `first` items; an empty page is the end.',
      args: {
        after: t.arg.int({ required: false, defaultValue: 0, description: AFTER }),
        first: t.arg.int({ required: false, defaultValue: 1000, description: PAGE_SIZE }),
        types: t.arg.stringList({ required: false, description: 'Only events of these types; all types if null.' }),
      },
      resolve: (run, { after, first, types }) =>
        run.events(after ?? 0, pageSize('first', first ?? 1000), types ? knownTypes(types) : null),
    }),
    lastSeq: t.int({
      description: 'Sequence number of the newest event. 0 if there is none.',
      resolve: (run) => run.facts.lastSeq,
    }),
  }),
});

builder.queryFields((t) => ({
  run: t.field({
    type: RunType,
    nullable: true,
    description: 'Null if no run has this id.',
    args: { id: t.arg.id() },
    resolve: (_root, { id }, context) => findRunModel(id, context),
  }),
}));
