/** The history: pages of runs, and totals per night. */
import { PHASES, SequencerError } from '@sequencer/model';
import { lastNights, nightsOf, type Night, type NightOutcome } from '../../store/nights.ts';
import { runNamed, type RunFilter } from '../../store/run-filter.ts';
import { MOST_COUNTED, countRuns, listRuns, type RunCount } from '../../store/run-list.ts';
import { cursorOf, decodeCursor, encodeCursor, type RunOrder } from '../../store/run-order.ts';
import { findRunByNumber } from '../../store/run-store.ts';
import type { Db } from '../../store/database.ts';
import { DateTime, PhaseEnum, builder } from '../core/builder.ts';
import { RunModel } from '../runs/run-model.ts';
import { RunType, pageSize } from '../runs/run.ts';
import { readMoment } from '../../lib/moment.ts';

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
  count: () => Promise<RunCount>;
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
      description: `Number of runs in all pages, counted up to ${String(MOST_COUNTED)}.`,
      resolve: async ({ count }) => (await count()).count,
    }),
    totalCountIsExact: t.boolean({
      description: 'False if there are more runs than `totalCount`.',
      resolve: async ({ count }) => (await count()).isExact,
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
      description: 'Text of the title, the user, the failure or the script. satp1/12 selects the run with this number.',
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

async function readFilter(db: Db, filter: typeof RunFilterInput.$inferInput | null | undefined): Promise<RunFilter> {
  for (const [name, text] of Object.entries({ text: filter?.text, submittedBy: filter?.submittedBy })) {
    if ((text?.length ?? 0) > LONGEST_SEARCH) {
      throw new SequencerError(
        'BAD_INPUT',
        `${name}: longer than ${String(LONGEST_SEARCH)} characters.`,
        'Shorten it.',
      );
    }
  }
  const phases = filter?.phases && [...new Set(filter.phases)];
  const text = filter?.text?.trim() || null;
  const run = text === null ? null : await runNamed(db, text);
  return {
    sequencer: filter?.sequencer ?? null,
    phases: phases && phases.length < PHASES.length ? phases : null,
    text: run ? null : text,
    run,
    submittedBy: filter?.submittedBy?.trim() || null,
    from: filter?.from ?? null,
    to: filter?.to ?? null,
  };
}

function readDates(dates: readonly string[]): string[] {
  if (dates.length > MOST_NIGHTS)
    throw new SequencerError('BAD_INPUT', `dates: at most ${String(MOST_NIGHTS)} nights.`);
  const wrong = dates.find((date) => !/^\d{4}-\d{2}-\d{2}$/.test(date) || readMoment(date) === null);
  if (wrong !== undefined) throw new SequencerError('BAD_INPUT', 'dates: must be dates such as 2026-11-21.');
  return [...new Set(dates)];
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
      const filter = await readFilter(context.db, args.filter);
      const order = args.order ?? 'NEWEST';
      const place = args.after ? decodeCursor(args.after, order) : null;
      const rows = await listRuns(context.db, filter, order, size + 1, place);
      // Failures and arguments are read with their rows, whether the query selects them or not.
      for (const row of rows) context.answer.spend(JSON.stringify([row.failure, row.arguments]).length);
      const edges = rows
        .slice(0, size)
        .map((row) => ({ cursor: encodeCursor(cursorOf(row, order)), node: new RunModel(row, context) }));
      let counting: Promise<RunCount> | null = null;
      const count = () => (counting ??= countRuns(context.db, filter));
      return { edges, hasNextPage: rows.length > size, hasPreviousPage: place !== null, count };
    },
  }),
  nights: t.field({
    type: [NightType],
    description: 'Those of the last nights, or of `dates`, that have runs, oldest first.',
    args: {
      filter: t.arg({ type: RunFilterInput, required: false }),
      last: t.arg.int({
        required: false,
        defaultValue: 14,
        description: `Number of nights to look back, ${String(MOST_NIGHTS)} at most.`,
      }),
      dates: t.arg.stringList({
        required: false,
        description: `These nights instead, by the date on which each begins, ${String(MOST_NIGHTS)} at most.`,
      }),
    },
    resolve: async (_root, args, { db }) => {
      const filter = await readFilter(db, args.filter);
      if (args.dates) return nightsOf(db, filter, readDates(args.dates), new Date());
      return lastNights(db, filter, pageSize('last', args.last ?? 14, MOST_NIGHTS), new Date());
    },
  }),
  runByNumber: t.field({
    type: RunType,
    nullable: true,
    description: 'The run that users call satp1/12. Null if there is none.',
    args: { sequencer: t.arg.string(), number: t.arg.int() },
    resolve: async (_root, { sequencer, number }, context) => {
      const row = await findRunByNumber(context.db, sequencer, number);
      return row && new RunModel(row, context);
    },
  }),
}));
