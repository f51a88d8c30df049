/** The mutation editRun. */
import { BreakpointInput, readBreakpoints } from '../control/breakpoints.ts';
import { AfterFailureEnum, builder } from '../core/builder.ts';
import { RunModel, requireRunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';
import { RunWindowInput } from './run-window.ts';

const EditRunInput = builder.inputType('EditRunInput', {
  description: 'Changes of a queued run. A part that is left out stays as it is.',
  fields: (t) => ({
    script: t.string({ required: false, description: 'Python source, 512 KiB at most.' }),
    title: t.string({ required: false, description: 'Null removes it.' }),
    arguments: t.stringList({ required: false, description: 'sys.argv[1:] of the script.' }),
    startPaused: t.boolean({ required: false, description: 'Stop at the first line of the script.' }),
    startAt: t.int({
      required: false,
      description:
        'Index of the statement to start at, from 0. Required with a new script if the run starts at a later statement.',
    }),
    startLine: t.int({
      required: false,
      description: 'First line of the statement to start at, instead of `startAt`. Fails if no statement begins there.',
    }),
    holdOnFailure: t.boolean({
      required: false,
      description: 'Hold the run on a failed statement and wait for `decideFailure`.',
    }),
    breakpoints: t.field({ type: [BreakpointInput], required: false, description: 'Replaces all breakpoints.' }),
    window: t.field({ type: RunWindowInput, required: false, description: 'Replaces the window. Null removes it.' }),
    timeoutSeconds: t.int({
      required: false,
      description: 'Time limit in seconds. Null removes it.',
    }),
    afterFailure: t.field({ type: AfterFailureEnum, required: false }),
    resources: t.stringList({ required: false, description: 'Replaces all resources. Null removes them.' }),
    version: t.int({
      required: false,
      description: 'Version of the run that was edited. Fails with RUN_CHANGED if it is another one now. Any if null.',
    }),
  }),
});

builder.mutationFields((t) => ({
  editRun: t.field({
    type: RunType,
    description:
      'Changes a queued run. Fails with RUN_STARTED if it has started, and with SYNTAX_ERROR if Python cannot compile the script.',
    args: { id: t.arg.id(), input: t.arg({ type: EditRunInput }) },
    resolve: async (_root, { id, input }, context) => {
      const { row } = await requireRunModel(id, context);
      const { breakpoints, ...rest } = input;
      const edit = { ...rest, ...(breakpoints && { breakpoints: readBreakpoints(breakpoints) }) };
      return new RunModel(await context.queue.edit(row, context.user.name, edit), context);
    },
  }),
}));
