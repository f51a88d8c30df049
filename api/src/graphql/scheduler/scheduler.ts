/** The scheduler of a sequencer: its settings, its pulls, and the mutations about them. */
import { SequencerError } from '@sequencer/model';
import {
  changesSchema,
  policySchema,
  type SchedulerSettings,
  type SettingsChanges,
} from '@sequencer/scheduler/settings';
import { hasRole } from '../../auth/grants.ts';
import type { PullSummary } from '../../scheduler/pull-store.ts';
import type { Context } from '../core/context.ts';
import { DateTime, builder } from '../core/builder.ts';
import { SequencerType } from '../core/sequencer-type.ts';
import { validate } from '../core/validate.ts';
import { pageSize } from '../runs/run.ts';
import { PullActionEnum, SchedulerPullType } from './pull-type.ts';

const LARGEST_PAGE = 100;
/** 31 days. */
const LONGEST_MS = 31 * 24 * 3_600_000;

const SchedulerSettingsType = builder.objectRef<SchedulerSettings>('SchedulerSettings').implement({
  description: "How a sequencer's schedules are pulled.",
  fields: (t) => ({
    url: t.exposeString('url', { nullable: true, description: 'URL of the scheduler. Null: no schedules are pulled.' }),
    header: t.exposeString('header', {
      nullable: true,
      description: 'Name of the header in SCHEDULER_HEADERS to send. Null if none is sent.',
    }),
    policy: t.exposeString('policy', { description: 'Policy of the scheduler, a JSON document.' }),
    lengthMinutes: t.exposeInt('lengthMinutes', { description: 'Length of a schedule in the mode SCHEDULER.' }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', { description: 'How long a pull waits for the answer.' }),
    leadMinutes: t.exposeInt('leadMinutes', {
      description: 'In the mode SCHEDULER, how long after the pull the schedule starts.',
    }),
  }),
});

const PullPageType = builder.objectRef<PullSummary[]>('SchedulerPullPage').implement({
  description: 'A page of pulls.',
  fields: (t) => ({
    entries: t.field({ type: [SchedulerPullType], resolve: (rows) => rows }),
    endCursor: t.string({
      nullable: true,
      description: 'Pass as `after` for the next page. Null for an empty page.',
      resolve: (rows) => (rows.length > 0 ? String(rows.at(-1)?.number) : null),
    }),
  }),
});

const SchedulerStateType = builder.objectRef<{ name: string }>('SchedulerState').implement({
  description: 'The scheduler of a sequencer, and the pulls from it.',
  fields: (t) => ({
    settings: t.field({
      type: SchedulerSettingsType,
      resolve: ({ name }, _args, { scheduler }) => scheduler.settings.get(name),
    }),
    pulling: t.boolean({
      description: 'Whether a pull is in progress.',
      resolve: async ({ name }, _args, { scheduler }) =>
        scheduler.automatic.inProgress(name) !== null || scheduler.store.isPulling(name),
    }),
    lastPull: t.field({
      type: SchedulerPullType,
      nullable: true,
      description: 'The newest pull, also while it is in progress. Null if there was none.',
      resolve: async ({ name }, _args, { scheduler }) =>
        scheduler.automatic.inProgress(name) ?? (await scheduler.store.list(name, 1))[0] ?? null,
    }),
    nextPullAt: t.field({
      type: DateTime,
      nullable: true,
      description:
        'When the mode SCHEDULER pulls next, if nothing else starts. Null if that is not known, or another mode is set.',
      resolve: ({ name }, _args, { scheduler }) => scheduler.automatic.nextPullAt(name),
    }),
    failures: t.int({
      description: 'Failed pulls of the mode SCHEDULER in a row. Three set the mode to Off.',
      resolve: ({ name }, _args, { scheduler }) => scheduler.automatic.failures(name),
    }),
    pulls: t.field({
      type: PullPageType,
      description: 'Pulls, the newest first. Previews are not recorded.',
      args: {
        first: t.arg.int({
          required: false,
          defaultValue: 20,
          description: `Largest number of pulls, ${String(LARGEST_PAGE)} at most.`,
        }),
        after: t.arg.string({ required: false, description: 'Cursor of an earlier page.' }),
      },
      resolve: async ({ name }, { first, after }, { scheduler }) => {
        const size = pageSize('first', first ?? 20, LARGEST_PAGE);
        return scheduler.store.list(name, size, after == null ? null : readCursor(after));
      },
    }),
  }),
});

function readCursor(after: string): number {
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new SequencerError('BAD_INPUT', 'after: not a cursor of this list.');
}

builder.objectField(SequencerType, 'scheduler', (t) =>
  t.field({ type: SchedulerStateType, resolve: ({ name }) => ({ name }) }),
);

const SettingsInput = builder.inputType('SchedulerSettingsInput', {
  description: 'Settings to change. An omitted one stays as it is; null sets the default of the environment.',
  fields: (t) => ({
    url: t.string({ required: false, description: 'http or https. Only an admin may change it.' }),
    header: t.string({
      required: false,
      description: 'Name of a header in SCHEDULER_HEADERS. Only an admin may change it.',
    }),
    policy: t.string({ required: false, description: 'A JSON object, 16 KiB at most.' }),
    lengthMinutes: t.int({ required: false, description: '1 to 44640 (31 days).' }),
    timeoutSeconds: t.int({ required: false, description: '1 to 3600.' }),
    leadMinutes: t.int({ required: false, description: '0 to 1440.' }),
  }),
});

/** Throws FORBIDDEN if the caller changes what only an admin may: where requests and secrets are sent. */
async function requireMayChange(sequencer: string, changes: SettingsChanges, { user, scheduler }: Context) {
  const now = await scheduler.settings.get(sequencer);
  const isChanged = (['url', 'header'] as const).some(
    (name) => changes[name] !== undefined && changes[name] !== now[name],
  );
  if (isChanged && !hasRole(user, 'ADMIN')) {
    throw new SequencerError('FORBIDDEN', 'Only an admin may change the URL or the header of the scheduler.');
  }
  const { header } = changes;
  if (header != null && !scheduler.headers().has(header)) {
    throw new SequencerError('BAD_INPUT', `header: SCHEDULER_HEADERS has no header "${header}".`);
  }
}

/** Throws BAD_INPUT. */
function readPeriod(from: Date, to: Date, policy: string | null | undefined) {
  const length = to.getTime() - from.getTime();
  if (length <= 0) throw new SequencerError('BAD_INPUT', 'to: must be after `from`.');
  if (length > LONGEST_MS) throw new SequencerError('BAD_INPUT', 'to: more than 31 days after `from`.');
  return { from, to, ...(policy == null ? {} : { policy: validate('policy', policySchema, policy) }) };
}

builder.queryFields((t) => ({
  schedulerPreview: t.field({
    type: SchedulerPullType,
    description: 'Requests a schedule, without a record or a run. Ends when the client disconnects.',
    args: {
      sequencer: t.arg.string(),
      from: t.arg({ type: DateTime }),
      to: t.arg({ type: DateTime }),
      policy: t.arg.string({ required: false, description: 'A JSON object. The setting if null.' }),
    },
    resolve: (_root, { sequencer, from, to, policy }, { scheduler, access }) => {
      const gone = new AbortController();
      access.response?.once('close', () => {
        gone.abort();
      });
      return scheduler.pulls.preview(sequencer, readPeriod(from, to, policy), gone.signal);
    },
  }),
}));

builder.mutationFields((t) => ({
  setSchedulerSettings: t.field({
    type: SequencerType,
    description: 'Changes how schedules are pulled.',
    args: { sequencer: t.arg.string(), settings: t.arg({ type: SettingsInput }) },
    resolve: async (_root, { sequencer, settings }, context) => {
      const changes = validate('settings', changesSchema, settings);
      await requireMayChange(sequencer, changes, context);
      await context.scheduler.settings.change(sequencer, changes);
      context.sequencerStates.invalidate(sequencer);
      return { name: sequencer };
    },
  }),
  pullSchedule: t.field({
    type: SchedulerPullType,
    description:
      'Pulls a schedule. Returns when it has ended; a failed one has `ok: false` and the reason. It continues if the client disconnects.',
    args: {
      sequencer: t.arg.string(),
      from: t.arg({ type: DateTime }),
      to: t.arg({ type: DateTime }),
      policy: t.arg.string({ required: false, description: 'A JSON object. The setting if null.' }),
      then: t.arg({ type: PullActionEnum }),
    },
    resolve: (_root, { sequencer, from, to, policy, then }, { scheduler, user }) =>
      scheduler.pulls.pull(sequencer, user.name, readPeriod(from, to, policy), then),
  }),
  cancelPull: t.field({
    type: SequencerType,
    description: 'Cancels the request to the scheduler that is in progress. Does nothing if there is none.',
    args: { sequencer: t.arg.string() },
    resolve: async (_root, { sequencer }, { scheduler }) => {
      scheduler.pulls.cancel(sequencer);
      await scheduler.automatic.cancel(sequencer);
      return { name: sequencer };
    },
  }),
}));
