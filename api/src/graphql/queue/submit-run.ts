/** Submitting a run. */
import { submit } from '../../backends/submission.ts';
import { BreakpointInput, readBreakpoints } from '../control/breakpoints.ts';
import { RunStartEnum, builder } from '../core/builder.ts';
import { RunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';

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

builder.mutationFields((t) => ({
  submitRun: t.field({
    type: RunType,
    description: 'Puts a run into the queue. A script that Python cannot compile is refused, and nothing is made.',
    args: { input: t.arg({ type: SubmitRunInput }) },
    resolve: async (_root, { input }, context) => {
      context.sequencerStates.require(input.sequencer);
      await context.liveRuns.waitForStoredOutcomes(input.sequencer);
      const row = await submit(context, context.user.name, {
        ...input,
        arguments: input.arguments ?? [],
        startPaused: input.startPaused ?? false,
        holdOnFailure: input.holdOnFailure ?? (await context.sequencerStates.get(input.sequencer)).row.holdOnFailure,
        start: input.start ?? 'RUNNING',
        breakpoints: readBreakpoints(input.breakpoints ?? []),
      });
      return new RunModel(row, context);
    },
  }),
}));
