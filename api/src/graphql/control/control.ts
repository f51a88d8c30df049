/** Mutations that control a started run. Each returns after the runner has carried out the command. */
import { LIMITS, SequencerError, type RunCommand, type TraceView } from '@sequencer/model';
import { z } from 'zod';
import { checkScriptText } from '../../backends/submission.ts';
import { FailureActionEnum, OtherTasksEnum, StepCommandEnum, StopLevelEnum, builder } from '../core/builder.ts';
import { validate } from '../core/validate.ts';
import type { Context } from '../core/context.ts';
import { TraceType } from '../runs/run-parts.ts';
import { RunModel, requireRunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';

/** Sends the command to the runner. Throws if the run is not in progress, or the runner refuses the command. */
async function sendCommand(id: string, context: Context, command: RunCommand): Promise<RunModel> {
  const run = await requireRunModel(id, context);
  run.requireStarted();
  await context.backend.command(run.row, context.user.name, command);
  return new RunModel(run.row, context);
}

/** The trace as it is now; `before`, marked as ended, if the trace is no longer in the view. */
async function traceOf(run: RunModel, id: number, before?: TraceView): Promise<TraceView> {
  const trace = (await run.view()).traces.find((found) => found.id === id);
  if (trace) return trace;
  if (!before) throw new SequencerError('UNKNOWN_TRACE');
  return { ...before, state: 'ENDED', prompt: null, frozenTasks: 0 };
}

const answerSchema = z.string().max(LIMITS.answerLength);

builder.mutationFields((t) => ({
  pauseRun: t.field({
    type: RunType,
    description:
      'Stops every trace at its next line. Until all have stopped, the phase stays RUNNING and `reason` names the lines to wait for.',
    args: { id: t.arg.id() },
    resolve: (_root, { id }, context) => sendCommand(id, context, { name: 'pause' }),
  }),
  resumeRun: t.field({
    type: RunType,
    description: 'Cancels a pending pause and continues every paused trace.',
    args: { id: t.arg.id() },
    resolve: (_root, { id }, context) => sendCommand(id, context, { name: 'resume' }),
  }),
  stepTrace: t.field({
    type: TraceType,
    description: 'Continues one paused trace. Returns the trace after the runner has accepted the command.',
    args: {
      run: t.arg.id(),
      trace: t.arg.int({ description: 'Id of the trace.' }),
      prompt: t.arg.int({ description: 'Number of its current prompt.' }),
      command: t.arg({ type: StepCommandEnum }),
      line: t.arg.int({ required: false, description: 'For UNTIL: a line of the file in which the trace is stopped.' }),
      others: t.arg({ type: OtherTasksEnum, required: false, description: 'RUN if null.' }),
    },
    resolve: async (_root, args, context): Promise<TraceView> => {
      const run = await requireRunModel(args.run, context);
      run.requireStarted();
      const { trace, prompt, command, line, others } = args;
      const before = await traceOf(run, trace);
      if (command === 'UNTIL' && line == null) throw new SequencerError('BAD_INPUT', 'line: UNTIL requires a line.');
      await context.backend.command(run.row, context.user.name, {
        name: 'step',
        trace: validate('trace', z.int().positive(), trace),
        prompt: validate('prompt', z.int().positive(), prompt),
        command,
        ...(line == null ? {} : { line: validate('line', z.int().positive(), line) }),
        ...(others == null ? {} : { others }),
      });
      return traceOf(run, trace, before);
    },
  }),
  resumeOtherTasks: t.field({
    type: TraceType,
    description: 'Resumes the tasks that are frozen by the step of this trace, while the step is in progress.',
    args: { run: t.arg.id(), trace: t.arg.int({ description: 'Id of the stepped trace.' }) },
    resolve: async (_root, { run: id, trace }, context): Promise<TraceView> => {
      const run = await sendCommand(id, context, {
        name: 'resumeOtherTasks',
        trace: validate('trace', z.int().positive(), trace),
      });
      return traceOf(run, trace);
    },
  }),
  stopRun: t.field({
    type: RunType,
    description: 'Sends a rung of the stop ladder, and sets the mode to Off so that no other run starts automatically.',
    args: {
      id: t.arg.id(),
      level: t.arg({ type: StopLevelEnum }),
      escalate: t.arg.boolean({
        required: false,
        defaultValue: false,
        description: 'Whether the next rung is sent automatically at the deadline of this one.',
      }),
    },
    resolve: async (_root, { id, level, escalate }, context) => {
      const run = await sendCommand(id, context, {
        name: 'stop',
        level,
        requestedAt: new Date().toISOString(),
        ...(escalate ? { escalate } : {}),
      });
      const by = context.user.name;
      await context.queue.setModeOff(run.row.sequencer, by, `${by} stopped run ${String(run.row.number)}`);
      return run;
    },
  }),
  cancelStop: t.field({
    type: RunType,
    description: 'Cancels a stop of level REQUEST.',
    args: { id: t.arg.id() },
    resolve: (_root, { id }, context) => sendCommand(id, context, { name: 'unstop' }),
  }),
  decideFailure: t.field({
    type: RunType,
    description: 'Decides how a run that is held on a failure continues.',
    args: {
      run: t.arg.id(),
      action: t.arg({ type: FailureActionEnum }),
      line: t.arg.int({ required: false, description: 'For GOTO: a line of the statement to continue with.' }),
    },
    resolve: (_root, { run, action, line }, context) => {
      if (action === 'GOTO' && line == null) throw new SequencerError('BAD_INPUT', 'line: GOTO requires a line.');
      const where = line == null ? {} : { line: validate('line', z.int().positive(), line) };
      return sendCommand(run, context, { name: 'decide', action, ...where });
    },
  }),
  replaceRemaining: t.field({
    type: RunType,
    description:
      'Replaces the statements that have not started. Fails with STATEMENT_STARTED if a started one would change.',
    args: { run: t.arg.id(), script: t.arg.string({ description: 'The whole new script.' }) },
    resolve: (_root, { run, script }, context) => {
      checkScriptText(script);
      return sendCommand(run, context, { name: 'replace', script });
    },
  }),
  answerAsk: t.field({
    type: RunType,
    description: 'Answers a question of the script.',
    args: {
      run: t.arg.id(),
      ask: t.arg.int({ description: 'Number of the question.' }),
      answer: t.arg.string({ description: '`yes` or `no` for a question of kind confirm.' }),
    },
    resolve: (_root, { run, ask, answer }, context) =>
      sendCommand(run, context, {
        name: 'answer',
        ask: validate('ask', z.int().positive(), ask),
        answer: validate('answer', answerSchema, answer),
      }),
  }),
}));
