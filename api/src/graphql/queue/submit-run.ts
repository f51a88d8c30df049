/** The mutations submitRun and submitRuns. */
import { readReason, type SubmissionInput } from '../../backends/submission.ts';
import { mayOnlyPropose } from '../../auth/grants.ts';
import { BreakpointInput, readBreakpoints } from '../control/breakpoints.ts';
import { AfterFailureEnum, RunStartEnum, builder } from '../core/builder.ts';
import type { Context } from '../core/context.ts';
import { RunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';
import { RunWindowInput } from './run-window.ts';

const SubmitRunInput = builder.inputType('SubmitRunInput', {
  description: 'A run to submit.',
  fields: (t) => ({
    sequencer: t.string({ description: 'Name of the sequencer.' }),
    script: t.string({ description: 'Python source, 512 KiB at most.' }),
    title: t.string({ required: false, description: 'Title for lists, 200 characters at most.' }),
    arguments: t.stringList({ required: false, defaultValue: [], description: 'sys.argv[1:] of the script.' }),
    startPaused: t.boolean({
      required: false,
      defaultValue: false,
      description: 'Stop at the first line of the script.',
    }),
    holdOnFailure: t.boolean({
      required: false,
      description: "Hold the run on a failed statement and wait for `decideFailure`. The sequencer's setting if null.",
    }),
    breakpoints: t.field({
      type: [BreakpointInput],
      required: false,
      defaultValue: [],
      description: 'Set before the script starts.',
    }),
    startAt: t.int({
      required: false,
      description: 'Index of the statement to start at, from 0. The statements before it become SKIPPED.',
    }),
    startLine: t.int({
      required: false,
      description: 'First line of the statement to start at, instead of `startAt`. Fails if no statement begins there.',
    }),
    window: t.field({
      type: RunWindowInput,
      required: false,
      description: 'When the run may start. Any time if null.',
    }),
    timeoutSeconds: t.int({
      required: false,
      description:
        'Time limit in seconds, 30 days at most: then the run is interrupted, and the stop escalates. No limit if null.',
    }),
    afterFailure: t.field({
      type: AfterFailureEnum,
      required: false,
      description: "The sequencer's setting if null.",
    }),
    resources: t.stringList({
      required: false,
      description:
        'Names such as `laser`, 8 at most. Two runs that name the same resource never run at the same time, whatever the telescope.',
    }),
    position: t.int({
      required: false,
      description: 'Position in the queue, from 0. A position after the end is the end. The end if null.',
    }),
    start: t.field({ type: RunStartEnum, required: false, defaultValue: 'RUNNING' }),
    reason: t.string({
      required: false,
      description: 'Why the run starts in spite of the warnings of `preflight`. In the audit, 500 characters at most.',
    }),
    requestId: t.string({
      required: false,
      description: 'Key for safe retries: a repeated request with the same key returns the run of the first one.',
    }),
  }),
});

function readInput({ reason, ...input }: typeof SubmitRunInput.$inferInput, { user }: Context): SubmissionInput {
  // The audit has it already.
  readReason(reason);
  return {
    ...input,
    arguments: input.arguments ?? [],
    startPaused: input.startPaused ?? false,
    start: input.start ?? 'RUNNING',
    // Its place and start are for an operator to decide.
    ...(mayOnlyPropose(user, input.sequencer) && { proposed: true, start: 'QUEUED', position: null }),
    breakpoints: readBreakpoints(input.breakpoints ?? []),
  };
}

builder.mutationFields((t) => ({
  submitRun: t.field({
    type: RunType,
    description:
      'Adds a run to the queue. That of a proposer waits until an operator accepts it. Fails with SYNTAX_ERROR, without a run, if Python cannot compile the script.',
    args: { input: t.arg({ type: SubmitRunInput }) },
    resolve: async (_root, { input }, context) =>
      new RunModel(await context.queue.submit(context.user.name, readInput(input, context)), context),
  }),
  submitRuns: t.field({
    type: [RunType],
    description:
      'Adds the runs of a list to the queue of one sequencer, in this order: all or none. Their `position` is that of the whole list.',
    args: {
      inputs: t.arg({ type: [SubmitRunInput], description: '100 runs at most, all of the same sequencer.' }),
      copies: t.arg.int({
        required: false,
        defaultValue: 1,
        description: 'How often the whole list is added. 1000 runs at most in all.',
      }),
    },
    resolve: async (_root, { inputs, copies }, context) => {
      const rows = await context.queue.submitAll(
        context.user.name,
        inputs.map((input) => readInput(input, context)),
        copies ?? 1,
      );
      return rows.map((row) => new RunModel(row, context));
    },
  }),
}));
