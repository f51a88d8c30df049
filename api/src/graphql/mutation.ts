/** The mutations: each returns when the runner or the queue has acknowledged, or fails with a typed error. */
import { SequencerError, type TraceView } from '@sequencer/model';
import type { Db } from '../store/database.ts';
import { switchOff } from '../runs/run-end.ts';
import { cancel, move, setMode } from '../runs/queue.ts';
import { checkScriptText, submit } from '../runs/submission.ts';
import { FailureActionEnum, ModeEnum, RunStartEnum, StepCommandEnum, StopLevelEnum, builder } from './builder.ts';
import { BreakpointType, FindingType, TraceType } from './run-parts.ts';
import { RunSource, requireSource } from './run-source.ts';
import { RunType } from './run.ts';
import { SequencerType } from './sequencer-ref.ts';

const BreakpointInput = builder.inputType('BreakpointInput', {
  fields: (t) => ({
    file: t.string({ required: false, description: 'The script itself when it is left out.' }),
    line: t.int(),
    condition: t.string({ required: false }),
    hitCount: t.int({ required: false }),
    logMessage: t.string({ required: false }),
    enabled: t.boolean({ required: false, defaultValue: true }),
  }),
});

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
      defaultValue: false,
      description: 'On an exception keep the process and wait for a FailureAction.',
    }),
    breakpoints: t.field({ type: [BreakpointInput], required: false, defaultValue: [] }),
    start: t.field({ type: RunStartEnum, required: false, defaultValue: 'RUNNING' }),
    requestId: t.string({
      required: false,
      description: "A word of the client's own: repeated, the request answers with the run that the first one made.",
    }),
  }),
});

const EvaluationType = builder.objectRef<{ ok: boolean; text: string }>('Evaluation').implement({
  fields: (t) => ({ ok: t.exposeBoolean('ok'), text: t.exposeString('text') }),
});

function notYet(what: string): never {
  throw new SequencerError('NOT_YET', `${what} is not available in this version.`);
}

/** A stop lets nothing follow by itself. */
async function holdQueue(db: Db, run: RunSource, by: string): Promise<void> {
  await db.transaction((tx) =>
    switchOff(tx, run.row.sequencer, by, `Run ${String(run.row.number)} was stopped by ${by}.`),
  );
}

builder.mutationType({
  authScopes: { operator: true },
  fields: (t) => ({
    submitRun: t.field({
      type: RunType,
      description: 'Puts a run into the queue. A script that Python cannot compile is refused, and nothing is made.',
      args: { input: t.arg({ type: SubmitRunInput }) },
      resolve: async (_root, { input }, context) => {
        context.board.signal(input.sequencer);
        await context.lives.endsStored(input.sequencer);
        const breakpoints = (input.breakpoints ?? []).map((b) => ({
          ...b,
          file: b.file ?? '<script>',
          enabled: b.enabled ?? true,
        }));
        const row = await submit(context.db, context.backend, context.user.name, {
          ...input,
          arguments: input.arguments ?? [],
          startPaused: input.startPaused ?? false,
          holdOnFailure: input.holdOnFailure ?? false,
          start: input.start ?? 'RUNNING',
          breakpoints,
        });
        return new RunSource(row, context);
      },
    }),
    checkScript: t.field({
      type: [FindingType],
      description: 'What can be said of a script without running it.',
      args: { sequencer: t.arg.string(), script: t.arg.string() },
      resolve: async (_root, { sequencer, script }, { board, backend }) => {
        board.signal(sequencer);
        checkScriptText(script);
        const findings = await backend.check(sequencer, script);
        if (!findings)
          throw new SequencerError('RUNNER_AWAY', 'The runner is not connected, so the script cannot be checked.');
        return findings;
      },
    }),
    pauseRun: t.field({
      type: RunType,
      description: 'Every trace stops at its next line. Until all have, `reason` says what it waits for.',
      args: { id: t.arg.id() },
      resolve: async (_root, { id }, context) => {
        const run = await requireSource(id, context);
        run.requireStarted();
        await context.backend.pause(run.row, context.user.name);
        return new RunSource(run.row, context);
      },
    }),
    resumeRun: t.field({
      type: RunType,
      description: 'Takes a pending pause back and lets every paused trace go on.',
      args: { id: t.arg.id() },
      resolve: async (_root, { id }, context) => {
        const run = await requireSource(id, context);
        run.requireStarted();
        await context.backend.resume(run.row, context.user.name);
        return new RunSource(run.row, context);
      },
    }),
    stepTrace: t.field({
      type: TraceType,
      description: 'Answers a prompt. The trace is returned as it is after the command was taken.',
      args: {
        run: t.arg.id(),
        trace: t.arg.int(),
        prompt: t.arg.int(),
        command: t.arg({ type: StepCommandEnum }),
      },
      resolve: async (_root, args, context): Promise<TraceView> => {
        const run = await requireSource(args.run, context);
        run.requireStarted();
        const find = async () => (await run.view()).traces.find((trace) => trace.id === args.trace);
        const before = await find();
        if (!before) throw new SequencerError('UNKNOWN_TRACE');
        await context.backend.step(run.row, context.user.name, args.trace, args.prompt, args.command);
        return (await find()) ?? { ...before, state: 'ENDED', prompt: null };
      },
    }),
    evaluate: t.field({
      type: EvaluationType,
      args: {
        run: t.arg.id(),
        trace: t.arg.int(),
        prompt: t.arg.int(),
        expression: t.arg.string(),
        frame: t.arg.int({ defaultValue: 0, required: false }),
      },
      resolve: () => notYet('Evaluating an expression'),
    }),
    setBreakpoints: t.field({
      type: [BreakpointType],
      args: { run: t.arg.id(), breakpoints: t.arg({ type: [BreakpointInput] }) },
      resolve: () => notYet('Setting breakpoints'),
    }),
    stopRun: t.field({
      type: RunType,
      description: 'Sends a rung of the stop ladder, and sets the mode to Off: nothing follows by itself.',
      args: { id: t.arg.id(), level: t.arg({ type: StopLevelEnum }) },
      resolve: async (_root, { id, level }, context) => {
        const run = await requireSource(id, context);
        run.requireStarted();
        await context.backend.stop(run.row, context.user.name, level);
        await holdQueue(context.db, run, context.user.name);
        context.board.changed(run.row.sequencer);
        return new RunSource(run.row, context);
      },
    }),
    takeBackStop: t.field({
      type: RunType,
      description: 'Takes a stop of level REQUEST back.',
      args: { id: t.arg.id() },
      resolve: async (_root, { id }, context) => {
        const run = await requireSource(id, context);
        run.requireStarted();
        await context.backend.takeBackStop(run.row, context.user.name);
        return new RunSource(run.row, context);
      },
    }),
    decideFailure: t.field({
      type: RunType,
      args: { run: t.arg.id(), action: t.arg({ type: FailureActionEnum }), line: t.arg.int({ required: false }) },
      resolve: () => notYet('Deciding what follows a failure'),
    }),
    replaceRemaining: t.field({
      type: RunType,
      args: { run: t.arg.id(), script: t.arg.string() },
      resolve: () => notYet('Replacing the rest of a script'),
    }),
    cancelRun: t.field({
      type: RunType,
      description: 'Takes a waiting run out of the queue.',
      args: { id: t.arg.id() },
      resolve: async (_root, { id }, context) => {
        const run = await requireSource(id, context);
        const row = await cancel(context.db, run.row, context.user.name);
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
        await move(context.db, row, position);
        context.board.changed(row.sequencer);
        return { name: row.sequencer };
      },
    }),
    setMode: t.field({
      type: SequencerType,
      args: { sequencer: t.arg.string(), mode: t.arg({ type: ModeEnum }) },
      resolve: async (_root, { sequencer, mode }, { board, db, user, backend, lives }) => {
        board.signal(sequencer);
        await lives.endsStored(sequencer);
        await setMode(db, sequencer, mode, user.name);
        board.changed(sequencer);
        await backend.advance(sequencer);
        return { name: sequencer };
      },
    }),
  }),
});
