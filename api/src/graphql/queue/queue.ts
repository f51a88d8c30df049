/** The mutations of runs that wait, and of the queue. Each returns when it is done, or fails with a typed error. */
import { SequencerError } from '@sequencer/model';
import { checkScriptText, startAtSchema, submit } from '../../backends/submission.ts';
import { BreakpointInput, asked } from '../control/breakpoints.ts';
import { ModeEnum, RunStartEnum, builder } from '../core/builder.ts';
import { checked } from '../core/checked.ts';
import { FindingType } from '../runs/run-parts.ts';
import { RunSource, requireSource } from '../runs/run-source.ts';
import { RunType } from '../runs/run.ts';
import { SequencerType } from '../core/sequencer-ref.ts';

const SubmitRunInput = builder.inputType('SubmitRunInput', {
  fields: (t) => ({
    sequencer: t.string(),
    script: t.string(),
    title: t.string({ required: false }),
    arguments: t.stringList({ required: false, defaultValue: [], description: 'sys.argv[1:]' }),
    startPaused: t.boolean({
      required: false,
      defaultValue: false,
      description: 'Stop at the first line of the script.',
    }),
    holdOnFailure: t.boolean({
      required: false,
      description:
        "On an exception keep the process and wait for a FailureAction. Left out: as the sequencer's setting says.",
    }),
    breakpoints: t.field({ type: [BreakpointInput], required: false, defaultValue: [] }),
    startAt: t.int({
      required: false,
      description: 'The statement (from 0) to begin with; those before it are left out, as SKIPPED.',
    }),
    startLine: t.int({
      required: false,
      description:
        'In place of `startAt`: the first line of that statement, as `listStatements` has it. Refused for another line.',
    }),
    start: t.field({ type: RunStartEnum, required: false, defaultValue: 'RUNNING' }),
    requestId: t.string({
      required: false,
      description: "A word of the client's own: repeated, the request answers with the run that the first one made.",
    }),
  }),
});

const StatementSpanType = builder
  .objectRef<Record<'index' | 'firstLine' | 'lastLine', number>>('ScriptStatement')
  .implement({
    description: 'A top-level statement of a script. `index` is from 0, lines from 1; decorators are part of it.',
    fields: (t) => ({
      index: t.exposeInt('index'),
      firstLine: t.exposeInt('firstLine'),
      lastLine: t.exposeInt('lastLine'),
    }),
  });

builder.mutationType({
  fields: (t) => ({
    submitRun: t.field({
      type: RunType,
      description: 'Puts a run into the queue. A script that Python cannot compile is refused, and nothing is made.',
      args: { input: t.arg({ type: SubmitRunInput }) },
      resolve: async (_root, { input }, context) => {
        context.board.signal(input.sequencer);
        await context.lives.endsStored(input.sequencer);
        const row = await submit(context, context.user.name, {
          ...input,
          arguments: input.arguments ?? [],
          startPaused: input.startPaused ?? false,
          holdOnFailure: input.holdOnFailure ?? (await context.board.get(input.sequencer)).row.holdOnFailure,
          start: input.start ?? 'RUNNING',
          breakpoints: asked(input.breakpoints ?? []),
        });
        return new RunSource(row, context);
      },
    }),
    checkScript: t.field({
      type: [FindingType],
      description: 'What can be said of a script without running it.',
      args: {
        sequencer: t.arg.string(),
        script: t.arg.string(),
        startAt: t.arg.int({
          required: false,
          description: 'The statement (from 0) to begin with: a finding LEFT_OUT says what a run would not do.',
        }),
      },
      resolve: async (_root, { sequencer, script, startAt }, { board, backend }) => {
        board.signal(sequencer);
        checkScriptText(script);
        const beginning = checked('startAt', startAtSchema, startAt);
        const findings = await backend.check(sequencer, script, beginning ?? 0);
        if (!findings)
          throw new SequencerError('RUNNER_AWAY', 'The runner is not connected, so the script cannot be checked.');
        return findings;
      },
    }),
    listStatements: t.field({
      type: [StatementSpanType],
      description: 'The top-level statements of a script, as the runner counts them. Nothing is run.',
      args: { sequencer: t.arg.string(), script: t.arg.string() },
      resolve: async (_root, { sequencer, script }, { board, backend }) => {
        board.signal(sequencer);
        checkScriptText(script);
        const statements = await backend.statements(sequencer, script);
        if (!statements)
          throw new SequencerError('RUNNER_AWAY', 'The runner is not connected, so the statements are not known.');
        return statements;
      },
    }),
    cancelRun: t.field({
      type: RunType,
      description: 'Takes a waiting run out of the queue.',
      args: { id: t.arg.id() },
      resolve: async (_root, { id }, context) => {
        const run = await requireSource(id, context);
        const row = await context.queue.cancel(run.row, context.user.name);
        context.board.changed(row.sequencer);
        return new RunSource(row, context);
      },
    }),
    moveInQueue: t.field({
      type: SequencerType,
      description: 'Moves a waiting run to a position of the queue; 0 is next.',
      args: { run: t.arg.id(), position: t.arg.int() },
      resolve: async (_root, { run, position }, context) => {
        const { row } = await requireSource(run, context);
        await context.queue.move(row, position);
        context.board.changed(row.sequencer);
        return { name: row.sequencer };
      },
    }),
    setHoldOnFailure: t.field({
      type: SequencerType,
      description: 'Whether a failure holds the runs of a sequencer that do not say it themselves.',
      args: { sequencer: t.arg.string(), hold: t.arg.boolean() },
      resolve: async (_root, { sequencer, hold }, { board, queue }) => {
        board.signal(sequencer);
        await queue.setHoldOnFailure(sequencer, hold);
        board.changed(sequencer);
        return { name: sequencer };
      },
    }),
    setMode: t.field({
      type: SequencerType,
      args: { sequencer: t.arg.string(), mode: t.arg({ type: ModeEnum }) },
      resolve: async (_root, { sequencer, mode }, { board, user, backend, queue, lives }) => {
        board.signal(sequencer);
        await lives.endsStored(sequencer);
        await queue.setMode(sequencer, mode, user.name);
        board.changed(sequencer);
        await backend.advance(sequencer);
        return { name: sequencer };
      },
    }),
  }),
});
