/** Control of a run that has started: each answers when the runner has carried it out. */
import { LIMITS, SequencerError, type RunCommand, type TraceView } from '@sequencer/model';
import { z } from 'zod';
import { checkScriptText } from '../../backends/submission.ts';
import { FailureActionEnum, OtherTasksEnum, StepCommandEnum, StopLevelEnum, builder } from '../core/builder.ts';
import { validate } from '../core/validate.ts';
import type { Context } from '../core/context.ts';
import { TraceType } from '../runs/run-parts.ts';
import { RunModel, requireRunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';

/** Throws unless the run is under way, or what the runner refuses. */
async function sendCommand(id: string, context: Context, command: RunCommand): Promise<RunModel> {
  const run = await requireRunModel(id, context);
  run.requireStarted();
  await context.backend.command(run.row, context.user.name, command);
  return new RunModel(run.row, context);
}

/** The trace as it is now; as it was `before`, but ended, when it is known no more. */
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
    description: 'Every trace stops at its next line. Until all have, `reason` says what it waits for.',
    args: { id: t.arg.id() },
    resolve: (_root, { id }, context) => sendCommand(id, context, { name: 'pause' }),
  }),
  resumeRun: t.field({
    type: RunType,
    description: 'Takes a pending pause back and lets every paused trace go on.',
    args: { id: t.arg.id() },
    resolve: (_root, { id }, context) => sendCommand(id, context, { name: 'resume' }),
  }),
  stepTrace: t.field({
    type: TraceType,
    description: 'Answers a prompt. The trace is returned as it is after the command was taken.',
    args: {
      run: t.arg.id(),
      trace: t.arg.int(),
      prompt: t.arg.int(),
      command: t.arg({ type: StepCommandEnum }),
      line: t.arg.int({ required: false, description: 'For UNTIL: a line of the file that the trace is stopped in.' }),
      others: t.arg({ type: OtherTasksEnum, required: false, description: 'GO_ON, if it is left out.' }),
    },
    resolve: async (_root, args, context): Promise<TraceView> => {
      const run = await requireRunModel(args.run, context);
      run.requireStarted();
      const { trace, prompt, command, line, others } = args;
      const before = await traceOf(run, trace);
      if (command === 'UNTIL' && line == null) throw new SequencerError('BAD_INPUT', 'line: UNTIL needs a line.');
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
    description: 'The tasks that wait for the step of this trace go on, while it is under way.',
    args: { run: t.arg.id(), trace: t.arg.int() },
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
    description: 'Sends a rung of the stop ladder, and sets the mode to Off: nothing follows by itself.',
    args: {
      id: t.arg.id(),
      level: t.arg({ type: StopLevelEnum }),
      escalate: t.arg.boolean({
        required: false,
        defaultValue: false,
        description: 'The next rung follows by itself when the time of this one is over.',
      }),
    },
    resolve: async (_root, { id, level, escalate }, context) => {
      const run = await sendCommand(id, context, { name: 'stop', level, ...(escalate ? { escalate } : {}) });
      await context.queue.runStopped(run.row, context.user.name);
      context.sequencerStates.invalidate(run.row.sequencer);
      return run;
    },
  }),
  cancelStop: t.field({
    type: RunType,
    description: 'Takes a stop of level REQUEST back.',
    args: { id: t.arg.id() },
    resolve: (_root, { id }, context) => sendCommand(id, context, { name: 'unstop' }),
  }),
  decideFailure: t.field({
    type: RunType,
    description: 'Says what follows a failure that is held. GOTO goes on with the statement of `line`.',
    args: { run: t.arg.id(), action: t.arg({ type: FailureActionEnum }), line: t.arg.int({ required: false }) },
    resolve: (_root, { run, action, line }, context) => {
      if (action === 'GOTO' && line == null) throw new SequencerError('BAD_INPUT', 'line: GOTO needs a line.');
      const where = line == null ? {} : { line: validate('line', z.int().positive(), line) };
      return sendCommand(run, context, { name: 'decide', action, ...where });
    },
  }),
  replaceRemaining: t.field({
    type: RunType,
    description: 'Replaces the statements that have not started. Refused if one that has started would change.',
    args: { run: t.arg.id(), script: t.arg.string() },
    resolve: (_root, { run, script }, context) => {
      checkScriptText(script);
      return sendCommand(run, context, { name: 'replace', script });
    },
  }),
  answerAsk: t.field({
    type: RunType,
    description: 'Answers a question of the script; one of kind confirm by `yes` or `no`.',
    args: { run: t.arg.id(), ask: t.arg.int(), answer: t.arg.string() },
    resolve: (_root, { run, ask, answer }, context) =>
      sendCommand(run, context, {
        name: 'answer',
        ask: validate('ask', z.int().positive(), ask),
        answer: validate('answer', answerSchema, answer),
      }),
  }),
}));
