/** The types Sequencer and Runner. */
import { LIMITS } from '@sequencer/model';
import type { RunnerStatus } from '../../backends/run-backend.ts';
import { DateTime, ModeEnum, builder } from '../core/builder.ts';
import { RunModel } from '../runs/run-model.ts';
import { RunType, pageSize } from '../runs/run.ts';
import { SequencerType } from '../core/sequencer-type.ts';

const PackageType = builder.objectRef<{ name: string; version: string }>('Package').implement({
  description: 'A Python package that scripts use.',
  fields: (t) => ({ name: t.exposeString('name'), version: t.exposeString('version') }),
});

const RunnerType = builder.objectRef<RunnerStatus>('Runner').implement({
  description: 'The Python side of a sequencer: a worker that waits for runs and holds at most one.',
  fields: (t) => ({
    connected: t.exposeBoolean('connected'),
    runnerPerRun: t.exposeBoolean('runnerPerRun', {
      description: 'Each run has a runner of its own: where none runs, none is missing.',
    }),
    since: t.expose('since', {
      type: DateTime,
      nullable: true,
      description: 'When it connected, or was last heard of.',
    }),
    python: t.string({ nullable: true, resolve: (runner) => runner.hello?.python ?? null }),
    hostname: t.string({ nullable: true, resolve: (runner) => runner.hello?.hostname ?? null }),
    packages: t.field({
      type: [PackageType],
      resolve: (runner) => Object.entries(runner.hello?.packages ?? {}).map(([name, version]) => ({ name, version })),
    }),
    problems: t.stringList({
      description: "What would keep an observatory's script from starting, as sentences.",
      resolve: (runner) => runner.hello?.problems ?? [],
    }),
  }),
});

SequencerType.implement({
  description: "A telescope's seat: it has at most one active run.",
  fields: (t) => ({
    name: t.exposeString('name'),
    mode: t.field({
      type: ModeEnum,
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.mode,
    }),
    modeReason: t.string({
      nullable: true,
      description: 'Why the mode was last changed.',
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.modeReason,
    }),
    modeChangedBy: t.string({
      nullable: true,
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.modeChangedBy,
    }),
    modeChangedAt: t.field({
      type: DateTime,
      nullable: true,
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.modeChangedAt,
    }),
    holdOnFailure: t.boolean({
      description: 'Whether a failure holds a run that does not say it itself.',
      resolve: async ({ name }, _args, { sequencerStates }) => (await sequencerStates.get(name)).row.holdOnFailure,
    }),
    hostname: t.string({
      description: 'The host name that scripts see.',
      resolve: ({ name }, _args, { backend }) => backend.hostname(name),
    }),
    lastKnownSince: t.field({
      type: DateTime,
      nullable: true,
      description:
        'Since when the Kubernetes API server does not answer: mode and queue are as they were then. Null when they are true.',
      resolve: (_sequencer, _args, { backend }) => backend.lastKnownSince,
    }),
    runner: t.field({ type: RunnerType, resolve: ({ name }, _args, { backend }) => backend.runner(name) }),
    activeRun: t.field({
      type: RunType,
      nullable: true,
      resolve: async ({ name }, _args, context) => {
        const { active } = await context.sequencerStates.get(name);
        return active && new RunModel(active, context);
      },
    }),
    lastRun: t.field({
      type: RunType,
      nullable: true,
      description: 'The newest run that has ended.',
      resolve: async ({ name }, _args, context) => {
        const { last } = await context.sequencerStates.get(name);
        return last && new RunModel(last, context);
      },
    }),
    queue: t.field({
      type: [RunType],
      description: 'Waiting runs, the next one first.',
      args: { first: t.arg.int({ required: false, description: 'At most so many; all when it is left out.' }) },
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
    resolve: (_root, _args, { sequencerStates }) => sequencerStates.names.map((name) => ({ name })),
  }),
  sequencer: t.field({
    type: SequencerType,
    nullable: true,
    args: { name: t.arg.string() },
    resolve: (_root, { name }, { sequencerStates }) => (sequencerStates.has(name) ? { name } : null),
  }),
}));
