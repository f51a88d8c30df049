/** A pull, or a preview, as the GraphQL type SchedulerPull. */
import type { PullSummary } from '../../scheduler/pull-store.ts';
import type { Preview } from '../../scheduler/pulls.ts';
import type { PullState } from '../../store/scheduler-schema.ts';
import { findRun } from '../../store/run-store.ts';
import { DateTime, builder } from '../core/builder.ts';
import { RunModel } from '../runs/run-model.ts';
import { RunType } from '../runs/run.ts';

export const PullActionEnum = builder.enumType('PullAction', {
  description: 'What becomes of a pulled schedule.',
  values: {
    DRAFT: { description: 'Nothing. The pull has its script.' },
    QUEUE: { description: 'A run at the end of the queue.' },
    RUN: { description: 'A run that starts as soon as the sequencer is free, whatever its mode.' },
  },
});

const PullStateEnum = builder.enumType('PullState', {
  description: 'State of a pull from the scheduler.',
  values: {
    PULLING: { description: 'The scheduler has not answered yet, or the run is being created.' },
    DONE: {},
    FAILED: { description: 'The message states why.' },
    CANCELLED: { description: 'By a user, or because the mode was changed.' },
    INTERRUPTED: { description: 'The API stopped before the scheduler answered.' },
  },
});

/** A recorded pull, or a preview, which has no id. */
type Pull = PullSummary | Preview;

function stateOf(state: PullState) {
  return state === 'REQUESTED' || state === 'ANSWERED' ? 'PULLING' : state;
}

export const SchedulerPullType = builder.objectRef<Pull>('SchedulerPull').implement({
  description: 'A request to the scheduler and its answer.',
  fields: (t) => ({
    id: t.id({
      nullable: true,
      description: 'Null for a preview, which is not recorded.',
      resolve: (pull) => ('id' in pull ? pull.id : null),
    }),
    at: t.field({ type: DateTime, description: 'When it was requested.', resolve: ({ at }) => at }),
    from: t.field({ type: DateTime, description: 'Start of the schedule.', resolve: ({ from }) => from }),
    to: t.field({ type: DateTime, description: 'End of the schedule.', resolve: ({ to }) => to }),
    policy: t.string({ description: 'The policy, a JSON document.', resolve: ({ policy }) => policy }),
    by: t.string({
      nullable: true,
      description: 'User who requested it, or Scheduler for the automatic mode. Null for a preview.',
      resolve: (pull) => ('id' in pull ? pull.requestedBy : null),
    }),
    automatic: t.boolean({
      description: 'Whether the mode SCHEDULER requested it.',
      resolve: (pull) => 'id' in pull && pull.automatic,
    }),
    state: t.field({
      type: PullStateEnum,
      resolve: (pull) => ('id' in pull ? stateOf(pull.state) : pull.ok ? 'DONE' : 'FAILED'),
    }),
    ok: t.boolean({
      description: 'Whether there is a schedule, and its run if one was requested.',
      resolve: (pull) => ('id' in pull ? pull.state === 'DONE' : pull.ok),
    }),
    message: t.string({
      nullable: true,
      description: 'Message of the scheduler, or why the pull failed, as a sentence.',
      resolve: ({ message }) => message,
    }),
    seconds: t.float({
      description: 'How long the scheduler needed, or how long the pull has been waiting.',
      resolve: ({ seconds, at }) => seconds ?? Math.max(0, Date.now() - at.getTime()) / 1000,
    }),
    script: t.string({
      nullable: true,
      description: 'The schedule, as Python. Null without a valid answer.',
      resolve: (pull, _args, { answer, scheduler }) =>
        'id' in pull ? answer.load(() => scheduler.store.scriptOf(pull.id)) : pull.script,
    }),
    run: t.field({
      type: RunType,
      nullable: true,
      description: 'The run of the schedule. Null if there is none, or if it was deleted.',
      resolve: async (pull, _args, context) => {
        const row = 'id' in pull && pull.run !== null ? await findRun(context.db, pull.run) : null;
        return row && new RunModel(row, context);
      },
    }),
  }),
});
