/** The GraphQL types Sequencer and Runner. */
import { LIMITS } from '@sequencer/model';
import type { RunnerStatus } from '../../backends/run-backend.ts';
import { lastRuns } from '../../store/sequencer-runs.ts';
import { AfterFailureEnum, DateTime, ModeEnum, builder } from '../core/builder.ts';
import { RunModel } from '../runs/run-model.ts';
import { RunType, pageSize } from '../runs/run.ts';
import { SequencerType } from '../core/sequencer-type.ts';

const MOST_LAST_RUNS = 500;

const PackageType = builder.objectRef<{ name: string; version: string }>('Package').implement({
  description: 'A Python package that is installed for scripts.',
  fields: (t) => ({ name: t.exposeString('name'), version: t.exposeString('version') }),
});

const RunnerType = builder.objectRef<RunnerStatus>('Runner').implement({
  description: 'The process that executes the scripts of a sequencer, one run at a time.',
  fields: (t) => ({
    connected: t.exposeBoolean('connected', { description: 'Whether the runner is connected to the API.' }),
    runnerPerRun: t.exposeBoolean('runnerPerRun', {
      description: 'Whether each run has its own runner, so that none is expected while no run is active.',
    }),
    since: t.expose('since', {
      type: DateTime,
      nullable: true,
      description:
        'When it connected. While it is disconnected, when its last message was received. Null if it never connected.',
    }),
    python: t.string({
      nullable: true,
      description: 'Version of Python. Null if not known yet.',
      resolve: (runner) => runner.hello?.python ?? null,
    }),
    hostname: t.string({
      nullable: true,
      description: 'Host name of the runner. Null if not known yet.',
      resolve: (runner) => runner.hello?.hostname ?? null,
    }),
    packages: t.field({
      type: [PackageType],
      resolve: (runner) => Object.entries(runner.hello?.packages ?? {}).map(([name, version]) => ({ name, version })),
    }),
    problems: t.stringList({
      description:
        'Problems that would stop an observing script from starting, as sentences, such as a missing OCS configuration.',
      resolve: (runner) => runner.hello?.problems ?? [],
    }),
  }),
});

SequencerType.implement({
  description: 'A telescope: one queue, and at most one active run.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique name, such as satp1.' }),
    mode: t.field({
      type: ModeEnum,
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.mode,
    }),
    modeReason: t.string({
      nullable: true,
      description: 'Why the mode was last changed, as a sentence. Null if it never was.',
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.modeReason,
    }),
    modeChangedBy: t.string({
      nullable: true,
      description: 'User who last changed the mode, or Sequencer. Null if it never was changed.',
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.modeChangedBy,
    }),
    modeChangedAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'Null if the mode never was changed.',
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.modeChangedAt,
    }),
    holdOnFailure: t.boolean({
      description: 'Pause on failure by default. A run can override this.',
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.holdOnFailure,
    }),
    afterFailure: t.field({
      type: AfterFailureEnum,
      description: 'What follows by default when the script of a run fails. A run can override this.',
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.afterFailure,
    }),
    hostname: t.string({
      description: 'Host name that scripts see.',
      resolve: ({ name }, _args, { backend }) => backend.hostname(name),
    }),
    lastKnownSince: t.field({
      type: DateTime,
      nullable: true,
      description:
        'When the Kubernetes API server stopped answering; mode and queue are as they were then. Null if they are current.',
      resolve: (_sequencer, _args, { backend }) => backend.lastKnownSince,
    }),
    runner: t.field({ type: RunnerType, resolve: ({ name }, _args, { backend }) => backend.runner(name) }),
    activeRun: t.field({
      type: RunType,
      nullable: true,
      description: 'Null if no run is active.',
      resolve: async ({ name }, _args, context) => {
        const { active } = await context.sequencerStates.get(name);
        return active && new RunModel(active, context);
      },
    }),
    lastRun: t.field({
      type: RunType,
      nullable: true,
      description: 'Run that ended last, other than one cancelled in the queue. Null if there is none.',
      resolve: async ({ name }, _args, context) => {
        const { last } = await context.sequencerStates.get(name);
        return last && new RunModel(last, context);
      },
    }),
    lastRuns: t.field({
      type: [RunType],
      description: 'Runs that ended last, the last one first. Without those cancelled in the queue.',
      args: {
        first: t.arg.int({
          required: false,
          defaultValue: 8,
          description: `Largest number of runs, ${String(MOST_LAST_RUNS)} at most.`,
        }),
        since: t.arg({ type: DateTime, required: false, description: 'Only runs that ended at this time or later.' }),
      },
      resolve: async ({ name }, { first, since }, context) => {
        const rows = await lastRuns(context.db, name, pageSize('first', first ?? 8, MOST_LAST_RUNS), since);
        // Failures and arguments are read with their rows, whether the query selects them or not.
        for (const row of rows) context.answer.spend(JSON.stringify([row.failure, row.arguments]).length);
        return rows.map((row) => new RunModel(row, context));
      },
    }),
    queue: t.field({
      type: [RunType],
      description: 'Queued runs, the next one first.',
      args: { first: t.arg.int({ required: false, description: 'Largest number of runs; all if null.' }) },
      resolve: async ({ name }, { first }, context) => {
        const size = pageSize('first', first ?? LIMITS.queueLength, LIMITS.queueLength);
        const { queue } = await context.sequencerStates.get(name);
        return queue.slice(0, size).map((row) => new RunModel(row, context));
      },
    }),
  }),
});

builder.queryFields((t) => ({
  sequencers: t.field({
    type: [SequencerType],
    description: 'All sequencers.',
    resolve: (_root, _args, { sequencerStates }) => sequencerStates.names.map((name) => ({ name })),
  }),
  sequencer: t.field({
    type: SequencerType,
    nullable: true,
    description: 'Null if no sequencer has this name.',
    args: { name: t.arg.string() },
    resolve: (_root, { name }, { sequencerStates }) => (sequencerStates.has(name) ? { name } : null),
  }),
}));
