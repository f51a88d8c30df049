/** The fields of Run about when it is expected to start and end. */
import { isFinal } from '@sequencer/model';
import type { RunForecast } from '@sequencer/model/estimates/run-forecast';
import type { Context } from '../core/context.ts';
import { DateTime, builder } from '../core/builder.ts';
import type { RunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';

const RunForecastType = builder.objectRef<RunForecast>('RunForecast').implement({
  description: 'An active run compared with its plan: the times that the record predicts from its start.',
  fields: (t) => ({
    behindSeconds: t.float({
      nullable: true,
      description:
        'How much later than planned the running statement is expected to end; negative if earlier. Null if that is unknown.',
      resolve: ({ behindMs }) => (behindMs === null ? null : behindMs / 1000),
    }),
    regainedAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'When an absolute wait makes up for the time behind. Null if none does.',
      resolve: ({ regained }) => regained && new Date(regained.at),
    }),
    regainedLine: t.int({
      nullable: true,
      description: 'First line of that wait.',
      resolve: ({ regained }) => regained?.line ?? null,
    }),
    usualSeconds: t.float({
      nullable: true,
      description: 'How long the running statement usually takes. Null without a record, and for an absolute wait.',
      resolve: ({ usual }) => usual?.typicalSeconds ?? null,
    }),
    usualBasis: t.int({
      description: 'The number of runs that `usualSeconds` is from.',
      resolve: ({ usual }) => usual?.basis ?? 0,
    }),
  }),
});

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
  forecast: t.field({
    type: RunForecastType,
    nullable: true,
    description: 'How the active run keeps to its plan. Null for other runs.',
    resolve: async (run, _args, context) => (await expected(run, context))?.forecast ?? null,
  }),
}));
