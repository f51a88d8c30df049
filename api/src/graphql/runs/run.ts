/** The type Run. */
import { EVENT_TYPES, SequencerError } from '@sequencer/model';
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

/** Throws BAD_INPUT unless the page has a sensible size. */
export function pageSize(name: string, size: number, largest: number = LARGEST_PAGE): number {
  if (size >= 1 && size <= largest) return size;
  throw new SequencerError('BAD_INPUT', `${name}: it has to be from 1 to ${String(largest)}.`);
}

/** Throws BAD_INPUT for what is no type of event. */
function knownTypes(types: readonly string[]): readonly string[] {
  const known: readonly string[] = EVENT_TYPES;
  const wanted = [...new Set(types)];
  if (wanted.every((type) => known.includes(type))) return wanted;
  throw new SequencerError('BAD_INPUT', `types: events have the types ${known.join(', ')}.`);
}

export const RunType = builder.objectRef<RunModel>('Run');

RunType.implement({
  description: 'One execution of one script on one sequencer.',
  fields: (t) => ({
    id: t.id({ resolve: (run) => run.row.id }),
    number: t.int({ description: '1, 2, 3 and so on within its sequencer.', resolve: (run) => run.row.number }),
    sequencer: t.field({ type: SequencerType, resolve: (run) => ({ name: run.row.sequencer }) }),
    title: t.string({ nullable: true, resolve: (run) => run.row.title }),
    script: t.string({ resolve: (run, _args, { db, answer }) => answer.load(() => scriptOf(db, run.row.id)) }),
    phase: t.field({ type: PhaseEnum, resolve: (run) => run.phase }),
    reason: t.string({
      nullable: true,
      description: 'One sentence for people: why it is in this phase, or what it waits for.',
      resolve: (run) => run.reason(),
    }),
    submittedBy: t.string({ resolve: (run) => run.row.submittedBy }),
    submittedAt: t.field({ type: DateTime, resolve: (run) => run.row.submittedAt }),
    startedAt: t.field({ type: DateTime, nullable: true, resolve: (run) => run.facts.startedAt }),
    finishedAt: t.field({ type: DateTime, nullable: true, resolve: (run) => run.facts.finishedAt }),
    exitCode: t.int({
      nullable: true,
      description:
        'As a shell shows it: 128 + n when signal n ended the script. Null while it runs, and when nobody knows.',
      resolve: (run) => run.facts.exitCode,
    }),
    failure: t.field({ type: FailureType, nullable: true, resolve: (run) => run.facts.failure }),
    arguments: t.stringList({ description: 'sys.argv[1:]', resolve: (run) => run.row.arguments }),
    startPaused: t.boolean({ resolve: (run) => run.row.startPaused }),
    holdOnFailure: t.boolean({ resolve: (run) => run.row.holdOnFailure }),
    start: t.field({ type: RunStartEnum, resolve: (run) => run.row.start }),
    scriptHash: t.string({ description: 'SHA-256 of the script, hexadecimal.', resolve: (run) => run.row.scriptHash }),
    statementCount: t.int({ resolve: (run) => run.facts.statementCount }),
    statementsDone: t.int({ resolve: (run) => run.facts.statementsDone }),
    position: t.field({
      type: PositionType,
      nullable: true,
      description: 'The statement (from 0) and the line that the main thread is at, and since when.',
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
      description: 'A pause was asked for and is not complete.',
      resolve: (run) => run.live?.view.pause.state === 'pending',
    }),
    pausedSince: t.field({
      type: DateTime,
      nullable: true,
      description: 'Since when a trace waits for a command: of several the first. Null when none does.',
      resolve: (run) => run.live?.pausedSince ?? null,
    }),
    stops: t.field({
      type: [StopSentType],
      description: 'The rungs of the stop ladder that were sent, in order.',
      resolve: async (run) => (await run.view()).stops,
    }),
    telescope: t.field({
      type: TelescopeType,
      nullable: true,
      description: 'What goes on moving; null when it was not asked, or no observatory is configured.',
      resolve: async (run) => (await run.view()).telescope,
    }),
    live: t.boolean({
      description: 'Whether this is what happens now: the runner that holds the run is connected.',
      resolve: (run) => run.live?.connected ?? false,
    }),
    seenAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'When the runner was last heard of.',
      resolve: (run) => run.live?.seenAt ?? run.row.seenAt,
    }),
    watchers: t.int({ description: 'How many clients follow this run now.', resolve: (run) => run.watchers }),
    view: t.string({
      description:
        'The state after event lastSeq as JSON (model/src/run-view.ts): where a client starts that follows `events`.',
      resolve: async (run) => JSON.stringify(await run.view()),
    }),
    statements: t.field({ type: [StatementType], resolve: async (run) => (await run.view()).statements }),
    traces: t.field({ type: [TraceType], resolve: async (run) => (await run.view()).traces }),
    breakpoints: t.field({
      type: [BreakpointType],
      resolve: async (run) => (run.facts.lastSeq === 0 ? run.row.breakpoints : (await run.view()).breakpoints),
    }),
    startAt: t.int({
      nullable: true,
      description: 'The statement that it began with, when it is not the first.',
      resolve: (run) => run.row.startAt,
    }),
    asks: t.field({
      type: [AskType],
      description: 'Questions that wait, and the newest of those that are over.',
      resolve: async (run) => (await run.view()).asks,
    }),
    progress: t.field({ type: [ProgressType], resolve: async (run) => (await run.view()).progress }),
    scriptVersion: t.int({
      description: 'The number of the version that runs: 1, or that of the newest replacement.',
      resolve: async (run) => (await run.view()).versions.at(-1)?.version ?? 1,
    }),
    scriptVersions: t.field({
      type: [ScriptVersionType],
      description: 'The script as it was replaced while it ran, oldest first; `script` is version 1. Empty if never.',
      resolve: (run) => run.versions(),
    }),
    output: t.field({
      type: [OutputType],
      description:
        'Output with seq > after, oldest first. A page may have fewer than `first`: the end is an empty one.',
      args: {
        after: t.arg.int({ required: false, defaultValue: 0 }),
        first: t.arg.int({ required: false, defaultValue: 1000 }),
      },
      resolve: async (run, { after, first }) =>
        (await run.events(after ?? 0, pageSize('first', first ?? 1000), ['output'])).map(readOutput),
    }),
    outputBefore: t.field({
      type: [OutputType],
      description:
        'The newest output with seq < before (or the very newest), the oldest of it first. A page may have fewer than `last`.',
      args: { before: t.arg.int({ required: false }), last: t.arg.int({ required: false, defaultValue: 1000 }) },
      resolve: async (run, { before, last }) =>
        (await run.outputBefore(before ?? 2 ** 31 - 1, pageSize('last', last ?? 1000))).map(readOutput),
    }),
    events: t.field({
      type: [EventType],
      description: 'The as-run record with seq > after, oldest first. A page may have fewer than `first`.',
      args: {
        after: t.arg.int({ required: false, defaultValue: 0 }),
        first: t.arg.int({ required: false, defaultValue: 1000 }),
        types: t.arg.stringList({ required: false }),
      },
      resolve: (run, { after, first, types }) =>
        run.events(after ?? 0, pageSize('first', first ?? 1000), types ? knownTypes(types) : null),
    }),
    lastSeq: t.int({ resolve: (run) => run.facts.lastSeq }),
  }),
});

builder.queryFields((t) => ({
  run: t.field({
    type: RunType,
    nullable: true,
    args: { id: t.arg.id() },
    resolve: (_root, { id }, context) => findRunModel(id, context),
  }),
}));
