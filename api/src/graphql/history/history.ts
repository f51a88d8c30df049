/** The history: pages of runs, and totals per night. */
import { PHASES, SequencerError } from '@sequencer/model';
import { listNights, type Night, type NightOutcome } from '../../store/nights.ts';
import {
  countRuns,
  decodeCursor,
  encodeCursor,
  listRuns,
  cursorOf,
  type RunFilter,
  type RunOrder,
} from '../../store/run-store.ts';
import { DateTime, PhaseEnum, builder } from '../core/builder.ts';
import { RunModel } from '../runs/run-model.ts';
import { RunType, pageSize } from '../runs/run.ts';

const LARGEST_LIST = 200;
const MOST_NIGHTS = 60;
const LONGEST_SEARCH = 500;

interface Edge {
  cursor: string;
  node: RunModel;
}
interface Connection {
  edges: Edge[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  filter: RunFilter;
}

const EdgeType = builder.objectRef<Edge>('RunEdge').implement({
  description: 'A run in a page.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Opaque position of this run, to pass as `after`.' }),
    node: t.expose('node', { type: RunType }),
  }),
});

const PageInfoType = builder.objectRef<Connection>('PageInfo').implement({
  description: 'Position of a page in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage'),
    startCursor: t.string({
      nullable: true,
      description: 'Null for an empty page.',
      resolve: ({ edges }) => edges[0]?.cursor ?? null,
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Null for an empty page.',
      resolve: ({ edges }) => edges.at(-1)?.cursor ?? null,
    }),
  }),
});

const ConnectionType = builder.objectRef<Connection>('RunConnection').implement({
  description: 'A page of runs.',
  fields: (t) => ({
    edges: t.expose('edges', { type: [EdgeType] }),
    pageInfo: t.field({ type: PageInfoType, resolve: (connection) => connection }),
    totalCount: t.int({
      description: 'Number of runs in all pages.',
      resolve: ({ filter }, _args, { db }) => countRuns(db, filter),
    }),
  }),
});

const RunFilterInput = builder.inputType('RunFilter', {
  description: 'Selects runs. All given conditions have to hold.',
  fields: (t) => ({
    sequencer: t.string({ required: false }),
    phases: t.field({ type: [PhaseEnum], required: false, description: 'Any of these phases.' }),
    text: t.string({
      required: false,
      description: 'Words in the title, the number (satp1/12), the failure or the script.',
    }),
    submittedBy: t.string({ required: false, description: 'Name of a user.' }),
    from: t.field({ type: DateTime, required: false, description: 'Submitted at or after this time.' }),
    to: t.field({ type: DateTime, required: false, description: 'Submitted before this time.' }),
  }),
});

const RunOrderEnum = builder.enumType('RunOrder', {
  description: 'Order of runs.',
  values: {
    NEWEST: { description: 'By time of submission, newest first.' },
    OLDEST: { description: 'By time of submission, oldest first.' },
    LONGEST: { description: 'By duration, longest first.' },
  } satisfies Record<RunOrder, { description: string }>,
});

const NightOutcomeType = builder.objectRef<NightOutcome>('NightOutcome').implement({
  description: 'Total of the runs of a night that are in one phase.',
  fields: (t) => ({
    phase: t.expose('phase', { type: PhaseEnum }),
    runs: t.exposeInt('runs', { description: 'Number of runs.' }),
    seconds: t.exposeFloat('seconds', { description: 'Sum of their durations, in seconds.' }),
  }),
});

const NightType = builder.objectRef<Night>('Night').implement({
  description: 'Runs submitted from noon to noon UTC, totalled by phase.',
  fields: (t) => ({
    date: t.exposeString('date', { description: 'Date on which the night begins, such as 2026-11-21.' }),
    outcomes: t.expose('outcomes', { type: [NightOutcomeType] }),
  }),
});

function readFilter(filter: typeof RunFilterInput.$inferInput | null | undefined): RunFilter {
  for (const [name, text] of Object.entries({ text: filter?.text, submittedBy: filter?.submittedBy })) {
    if ((text?.length ?? 0) > LONGEST_SEARCH) {
      throw new SequencerError('BAD_INPUT', `${name}: longer than ${String(LONGEST_SEARCH)} characters. Shorten it.`);
    }
  }
  const phases = filter?.phases && [...new Set(filter.phases)];
  return {
    sequencer: filter?.sequencer ?? null,
    phases: phases && phases.length < PHASES.length ? phases : null,
    text: filter?.text?.trim() || null,
    submittedBy: filter?.submittedBy?.trim() || null,
    from: filter?.from ?? null,
    to: filter?.to ?? null,
  };
}

builder.queryFields((t) => ({
  runs: t.field({
    type: ConnectionType,
    description: 'A page of runs, newest first by default.',
    args: {
      filter: t.arg({ type: RunFilterInput, required: false }),
      order: t.arg({ type: RunOrderEnum, required: false, defaultValue: 'NEWEST' }),
      first: t.arg.int({
        required: false,
        defaultValue: 50,
        description: `Largest number of runs, ${String(LARGEST_LIST)} at most.`,
      }),
      after: t.arg.string({ required: false, description: '`endCursor` of the page before.' }),
    },
    resolve: async (_root, args, context) => {
      const size = pageSize('first', args.first ?? 50, LARGEST_LIST);
      const filter = readFilter(args.filter);
      const order = args.order ?? 'NEWEST';
      const place = args.after ? decodeCursor(args.after, order) : null;
      const rows = await listRuns(context.db, filter, order, size + 1, place);
      // Failures and arguments are read with their rows, whether the query selects them or not.
      for (const row of rows) context.answer.spend(JSON.stringify([row.failure, row.arguments]).length);
      const edges = rows
        .slice(0, size)
        .map((row) => ({ cursor: encodeCursor(cursorOf(row, order)), node: new RunModel(row, context) }));
      return { edges, hasNextPage: rows.length > size, hasPreviousPage: place !== null, filter };
    },
  }),
  nights: t.field({
    type: [NightType],
    description: 'Those of the last nights that have runs, oldest first.',
    args: {
      filter: t.arg({ type: RunFilterInput, required: false }),
      last: t.arg.int({
        required: false,
        defaultValue: 14,
        description: `Number of nights to look back, ${String(MOST_NIGHTS)} at most.`,
      }),
    },
    resolve: (_root, { filter, last }, { db }) =>
      listNights(db, readFilter(filter), pageSize('last', last ?? 14, MOST_NIGHTS), new Date()),
  }),
}));
