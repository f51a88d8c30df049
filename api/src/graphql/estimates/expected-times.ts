/** The fields of Run about when it is expected to start and end. */
import { isFinal } from '@sequencer/model';
import type { Context } from '../core/context.ts';
import { DateTime, builder } from '../core/builder.ts';
import type { RunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';

async function expected({ phase, row }: RunModel, { estimates }: Context) {
  return isFinal(phase) ? null : estimates.plans.of(row);
}

builder.objectFields(RunType, (t) => ({
  expectedStart: t.field({
    type: DateTime,
    nullable: true,
    description:
      'When a queued run is expected to start, if nothing changes and each run before it succeeds. Null if that is unknown, if the run is on hold, and if the mode does not start it. Of an active run: when it started. Null after the end.',
    resolve: async (run, _args, context) => (await expected(run, context))?.start ?? null,
  }),
  expectedEnd: t.field({
    type: DateTime,
    nullable: true,
    description: 'When the run is expected to end, as for `expectedStart`. Null if the time of a statement is unknown.',
    resolve: async (run, _args, context) => (await expected(run, context))?.end ?? null,
  }),
}));
