/** The audit, for admins. */
import { SequencerError } from '@sequencer/model';
import type { AuditFilter } from '../../auth/audit-log.ts';
import type { AuditRow } from '../../store/auth-schema.ts';
import { DateTime, builder } from '../core/builder.ts';
import { pageSize } from '../runs/run.ts';
import { isUuid } from '../../lib/uuid.ts';

const LARGEST_PAGE = 500;

const AuditEntryType = builder.objectRef<AuditRow>('AuditEntry').implement({
  description: 'Something that was asked for, and whether it was done.',
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => String(id) }),
    at: t.expose('at', { type: DateTime }),
    user: t.exposeString('userName', { nullable: true, description: 'Null: nobody had signed in.' }),
    via: t.exposeString('via', { description: 'How they had come in.' }),
    address: t.exposeString('address'),
    action: t.exposeString('action', { description: 'The name of the mutation.' }),
    sequencer: t.exposeString('sequencer', { nullable: true }),
    run: t.exposeID('run', { nullable: true }),
    line: t.exposeInt('line', { nullable: true, description: 'Where the main thread was.' }),
    details: t.exposeString('details', { description: 'The arguments as JSON; a script as its hash.' }),
    result: t.exposeString('result', {
      description:
        'DONE, the code of the refusal, or REQUESTED: the action was begun, and its result is not known (yet).',
    }),
    message: t.exposeString('message', { nullable: true }),
  }),
});

const AuditPageType = builder.objectRef<AuditRow[]>('AuditPage').implement({
  fields: (t) => ({
    entries: t.field({ type: [AuditEntryType], resolve: (rows) => rows }),
    endCursor: t.string({ nullable: true, resolve: (rows) => (rows.length > 0 ? String(rows.at(-1)?.id) : null) }),
  }),
});

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'All that is given has to hold.',
  fields: (t) => ({
    user: t.string({ required: false }),
    action: t.string({ required: false }),
    sequencer: t.string({ required: false }),
    run: t.id({ required: false }),
    refused: t.boolean({ required: false, defaultValue: false, description: 'Only what was not done.' }),
    from: t.field({ type: DateTime, required: false }),
    to: t.field({ type: DateTime, required: false }),
  }),
});

function readFilter(filter: Partial<typeof AuditFilterInput.$inferInput>): AuditFilter {
  if (filter.run != null && !isUuid(filter.run))
    throw new SequencerError('BAD_INPUT', 'run: this is not an id of a run.');
  return {
    user: filter.user?.trim() || null,
    action: filter.action?.trim() || null,
    sequencer: filter.sequencer?.trim() || null,
    run: filter.run ?? null,
    refused: filter.refused ?? false,
    from: filter.from ?? null,
    to: filter.to ?? null,
  };
}

builder.queryFields((t) => ({
  audit: t.field({
    type: AuditPageType,
    description: 'Every mutation, done or refused; the newest first. As a file: GET /audit.ndjson and /audit.csv.',
    args: {
      filter: t.arg({ type: AuditFilterInput, required: false }),
      first: t.arg.int({ required: false, defaultValue: 100 }),
      after: t.arg.string({ required: false }),
    },
    resolve: (_root, { filter, first, after }, { access }) => {
      if (after != null && !/^\d{1,15}$/.test(after)) {
        throw new SequencerError(
          'BAD_INPUT',
          'after: this is not a cursor of this list. Use endCursor of the page before.',
        );
      }
      const size = pageSize('first', first ?? 100, LARGEST_PAGE);
      return access.audit.read(readFilter(filter ?? {}), size, after == null ? null : Number(after));
    },
  }),
}));
