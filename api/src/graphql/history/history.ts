/** The history: pages of runs, and the nights. */
import { PHASES, SequencerError } from '@sequencer/model';
import { listNights, type Night, type NightOutcome } from '../../store/nights.ts';
import {
  RUN_ORDERS,
  countRuns,
  decodeCursor,
  encodeCursor,
  listRuns,
  cursorOf,
  type RunFilter,
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
  fields: (t) => ({ cursor: t.exposeString('cursor'), node: t.expose('node', { type: RunType }) }),
});

const PageInfoType = builder.objectRef<Connection>('PageInfo').implement({
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage'),
    startCursor: t.string({ nullable: true, resolve: ({ edges }) => edges[0]?.cursor ?? null }),
    endCursor: t.string({ nullable: true, resolve: ({ edges }) => edges.at(-1)?.cursor ?? null }),
  }),
});

const ConnectionType = builder.objectRef<Connection>('RunConnection').implement({
  description: 'A page of runs.',
  fields: (t) => ({
    edges: t.expose('edges', { type: [EdgeType] }),
    pageInfo: t.field({ type: PageInfoType, resolve: (connection) => connection }),
    totalCount: t.int({
      description: 'Of all pages together.',
      resolve: ({ filter }, _args, { db }) => countRuns(db, filter),
    }),
  }),
});

const RunFilterInput = builder.inputType('RunFilter', {
  description: 'Which runs of the history. All that is given has to hold.',
  fields: (t) => ({
    sequencer: t.string({ required: false }),
    phases: t.field({ type: [PhaseEnum], required: false }),
    text: t.string({ required: false, description: 'In the title, the number (satp1/12), the failure or the script.' }),
    submittedBy: t.string({ required: false }),
    from: t.field({ type: DateTime, required: false }),
    to: t.field({ type: DateTime, required: false }),
  }),
});

const RunOrderEnum = builder.enumType('RunOrder', {
  description: 'By the time of submission, or by how long they ran.',
  values: RUN_ORDERS,
});

const NightOutcomeType = builder.objectRef<NightOutcome>('NightOutcome').implement({
  fields: (t) => ({
    phase: t.expose('phase', { type: PhaseEnum }),
    runs: t.exposeInt('runs'),
    seconds: t.exposeFloat('seconds', { description: 'How long they ran, together.' }),
  }),
});

const NightType = builder.objectRef<Night>('Night').implement({
  description: 'The runs that were submitted from noon to noon UTC, added up by outcome.',
  fields: (t) => ({
    date: t.exposeString('date', { description: 'The day that it begins on, like 2026-11-21.' }),
    outcomes: t.expose('outcomes', { type: [NightOutcomeType] }),
  }),
});

function readFilter(filter: typeof RunFilterInput.$inferInput | null | undefined): RunFilter {
  for (const [name, text] of Object.entries({ text: filter?.text, submittedBy: filter?.submittedBy })) {
    if ((text?.length ?? 0) > LONGEST_SEARCH) {
      throw new SequencerError('BAD_INPUT', `${name}: it has more than ${String(LONGEST_SEARCH)} characters.`);
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
    description: 'Runs, the newest first unless another order is asked for.',
    args: {
      filter: t.arg({ type: RunFilterInput, required: false }),
      order: t.arg({ type: RunOrderEnum, required: false, defaultValue: 'NEWEST' }),
      first: t.arg.int({ required: false, defaultValue: 50 }),
      after: t.arg.string({ required: false }),
    },
    resolve: async (_root, args, context) => {
      const size = pageSize('first', args.first ?? 50, LARGEST_LIST);
      const filter = readFilter(args.filter);
      const order = args.order ?? 'NEWEST';
      const place = args.after ? decodeCursor(args.after, order) : null;
      const rows = await listRuns(context.db, filter, order, size + 1, place);
      // Failures and arguments are read with their rows, whether they are asked for or not.
      for (const row of rows) context.answer.spend(JSON.stringify([row.failure, row.arguments]).length);
      const edges = rows
        .slice(0, size)
        .map((row) => ({ cursor: encodeCursor(cursorOf(row, order)), node: new RunModel(row, context) }));
      return { edges, hasNextPage: rows.length > size, hasPreviousPage: place !== null, filter };
    },
  }),
  nights: t.field({
    type: [NightType],
    description: 'The last nights that had runs, the oldest first.',
    args: {
      filter: t.arg({ type: RunFilterInput, required: false }),
      last: t.arg.int({ required: false, defaultValue: 14, description: 'Nights to look back.' }),
    },
    resolve: (_root, { filter, last }, { db }) =>
      listNights(db, readFilter(filter), pageSize('last', last ?? 14, MOST_NIGHTS), new Date()),
  }),
}));
