/** The fields of Run about its place in the plan of the night. */
import type { RunSummary } from '../../store/run-store.ts';
import { AfterFailureEnum, DateTime, RunOriginEnum, builder } from '../core/builder.ts';
import { RunType } from './run.ts';

const RunWindowType = builder.objectRef<Pick<RunSummary, 'notBefore' | 'notAfter'>>('RunWindow').implement({
  description: 'When a queued run may start.',
  fields: (t) => ({
    notBefore: t.expose('notBefore', {
      type: DateTime,
      nullable: true,
      description: 'The queue skips the run before this time. Null for no limit.',
    }),
    notAfter: t.expose('notAfter', {
      type: DateTime,
      nullable: true,
      description: 'The run is cancelled if its turn comes after this time. Null for no limit.',
    }),
  }),
});

const RunOnHoldType = builder.objectRef<{ since: Date; by: string; reason: string | null }>('RunOnHold').implement({
  description: 'The hold of a queued run: the queue skips the run until it is released.',
  fields: (t) => ({
    since: t.expose('since', { type: DateTime, description: 'When it was put on hold.' }),
    by: t.exposeString('by', { description: 'User who put it on hold.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Null if no reason was given.' }),
  }),
});

builder.objectFields(RunType, (t) => ({
  window: t.field({
    type: RunWindowType,
    nullable: true,
    description: 'When the run may start. Null for any time.',
    resolve: ({ row }) => ((row.notBefore ?? row.notAfter) ? row : null),
  }),
  onHold: t.field({
    type: RunOnHoldType,
    nullable: true,
    description: 'Null unless the run is on hold.',
    resolve: ({ row }) =>
      row.onHoldSince === null
        ? null
        : { since: row.onHoldSince, by: row.onHoldBy ?? 'Sequencer', reason: row.onHoldReason },
  }),
  timeoutSeconds: t.int({
    nullable: true,
    description: 'Time limit of the run in seconds. Null for none.',
    resolve: ({ row }) => row.timeoutSeconds,
  }),
  afterFailure: t.field({ type: AfterFailureEnum, resolve: ({ row }) => row.afterFailure }),
  resources: t.stringList({
    description: 'What the run uses. Runs of other sequencers that name the same resource wait for its end.',
    resolve: ({ row }) => row.resources,
  }),
  origin: t.field({ type: RunOriginEnum, resolve: ({ row }) => row.origin }),
  version: t.int({
    description: 'Increases with each edit of the queued run, and each change of its breakpoints.',
    resolve: ({ row }) => row.version,
  }),
  editedBy: t.string({
    nullable: true,
    description: 'User who last edited the queued run. Null if nobody did.',
    resolve: ({ row }) => row.editedBy,
  }),
  editedAt: t.field({
    type: DateTime,
    nullable: true,
    description: 'When the queued run was last edited. Null if it never was.',
    resolve: ({ row }) => row.editedAt,
  }),
}));
