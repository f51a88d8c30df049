/** The audit log, for admins. */
import { SequencerError } from '@sequencer/model';
import type { AuditFilter } from '../../auth/audit-log.ts';
import type { AuditRow } from '../../store/auth-schema.ts';
import { DateTime, builder } from '../core/builder.ts';
import { pageSize } from '../runs/run.ts';
import { isUuid } from '../../lib/uuid.ts';
import { numbersOf } from '../../store/run-store.ts';

const LARGEST_PAGE = 500;

type Entry = AuditRow & { runNumber: number | null };

const AuditEntryType = builder.objectRef<Entry>('AuditEntry').implement({
  description: 'A requested action and its result.',
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => String(id) }),
    at: t.expose('at', { type: DateTime }),
    user: t.exposeString('userName', { nullable: true, description: 'Null if the caller was not signed in.' }),
    via: t.exposeString('via', { description: 'How the caller was authenticated.' }),
    address: t.exposeString('address', { description: 'IP address of the caller.' }),
    action: t.exposeString('action', { description: 'Name of the mutation.' }),
    sequencer: t.exposeString('sequencer', { nullable: true, description: 'Null if it was not about one.' }),
    run: t.exposeID('run', { nullable: true, description: 'Null if it was not about one.' }),
    runNumber: t.exposeInt('runNumber', {
      nullable: true,
      description: 'Number of the run within its sequencer. Null without a run, and if the run was deleted.',
    }),
    line: t.exposeInt('line', {
      nullable: true,
      description: 'Line of the main thread at the time. Null if not known.',
    }),
    details: t.exposeString('details', { description: 'Arguments as JSON, with a script as its hash.' }),
    result: t.exposeString('result', {
      description: 'DONE, the code of the error, or REQUESTED while the result is not known.',
    }),
    message: t.exposeString('message', { nullable: true, description: 'Message of the error. Null if it was done.' }),
  }),
});

const AuditPageType = builder.objectRef<AuditRow[]>('AuditPage').implement({
  description: 'A page of the audit log.',
  fields: (t) => ({
    entries: t.field({
      type: [AuditEntryType],
      resolve: async (rows, _args, { db }) => {
        const numbers = await numbersOf(db, [...new Set(rows.flatMap(({ run }) => run ?? []))].filter(isUuid));
        return rows.map((row) => ({ ...row, runNumber: numbers.get(row.run ?? '') ?? null }));
      },
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Pass as `after` for the next page. Null for an empty page.',
      resolve: (rows) => (rows.length > 0 ? String(rows.at(-1)?.id) : null),
    }),
  }),
});

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'Selects entries. All given conditions have to hold.',
  fields: (t) => ({
    user: t.string({ required: false, description: 'Name of a user.' }),
    action: t.string({ required: false, description: 'Name of a mutation.' }),
    sequencer: t.string({ required: false }),
    run: t.id({ required: false }),
    refused: t.boolean({ required: false, defaultValue: false, description: 'Only actions that failed.' }),
    from: t.field({ type: DateTime, required: false, description: 'At or after this time.' }),
    to: t.field({ type: DateTime, required: false, description: 'Before this time.' }),
  }),
});

function readFilter(filter: Partial<typeof AuditFilterInput.$inferInput>): AuditFilter {
  if (filter.run != null && !isUuid(filter.run)) throw new SequencerError('BAD_INPUT', 'run: not the id of a run.');
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
    description: 'All mutations, done or failed, newest first. As files: GET /audit.ndjson and /audit.csv.',
    args: {
      filter: t.arg({ type: AuditFilterInput, required: false }),
      first: t.arg.int({
        required: false,
        defaultValue: 100,
        description: `Largest number of entries, ${String(LARGEST_PAGE)} at most.`,
      }),
      after: t.arg.string({ required: false, description: '`endCursor` of the page before.' }),
    },
    resolve: (_root, { filter, first, after }, { access }) => {
      if (after != null && !/^\d{1,15}$/.test(after)) {
        throw new SequencerError('BAD_INPUT', 'after: not a cursor of this list.', 'Use endCursor of the page before.');
      }
      const size = pageSize('first', first ?? 100, LARGEST_PAGE);
      return access.audit.read(readFilter(filter ?? {}), size, after == null ? null : Number(after));
    },
  }),
}));
