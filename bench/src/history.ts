/** The first page of the history with a million runs, through the API: every filter, order and kind of search. */
import { FIRST, RUNS, SECONDS_BETWEEN, addRuns } from './history-runs.ts';
import { report } from './lib/figures.ts';
import { quantile } from './lib/numbers.ts';
import type { Product } from './product.ts';

const TIMES = 20;
const ORDERS = ['NEWEST', 'OLDEST', 'LONGEST'] as const;

/** The time at this share of the years that the runs are from. */
const at = (share: number) => new Date(FIRST + share * RUNS * SECONDS_BETWEEN * 1000).toISOString();
const WEEK = { from: at(0.4), to: at(0.4073) };

const LISTS: Record<string, object> = {
  'of all': {},
  'of a telescope': { sequencer: 'lat' },
  'of an outcome': { phases: ['FAILED'] },
  'of a user': { submittedBy: 'person7' },
  'of a user without runs': { submittedBy: 'nobody' },
  'of a rare outcome on a telescope': { sequencer: 'satp2', phases: ['KILLED'] },
  'of a user on a telescope': { sequencer: 'satp2', submittedBy: 'person7' },
  'of failures of a user': { phases: ['FAILED'], submittedBy: 'person7' },
  'of all filters together': { sequencer: 'lat', phases: ['FAILED'], submittedBy: 'person7', ...WEEK },
  'of a week': WEEK,
  'of failures of a week': { phases: ['FAILED'], ...WEEK },
};
const SEARCHES: Record<string, object> = {
  'a run by its name': { text: 'satp2/123' },
  'a word in every script': { text: 'sorunlib' },
  'a word in one run of 5': { text: 'wiregrid' },
  'a word in one run of 100': { text: 'f150,cold' },
  'a word in one run of 1000': { text: 'hwp.spin_up' },
  'a word in ten runs': { text: 'needle' },
  'a word in no run': { text: 'xylophone' },
  'a word in old runs only': { text: 'commissioning' },
  'an exception': { text: 'RuntimeError' },
  'an error message': { text: 'agent 17 did not answer' },
  'a frequent word on a telescope': { text: 'wiregrid', sequencer: 'lat' },
  'a rare word on a telescope': { text: 'needle', sequencer: 'lat' },
  'a word in failures': { text: 'f150,cold', phases: ['FAILED'] },
  'a word in a week': { text: 'moon', ...WEEK },
  'a long text in a week': { text: 'run.acu.move_to(az=100.5, el=5', ...WEEK },
};

const PAGE = `query ($filter: RunFilter, $order: RunOrder) { runs(filter: $filter, order: $order, first: 50) {
  edges { cursor node { id number title phase reason submittedBy submittedAt startedAt finishedAt statementCount statementsDone
    failure { type message line } sequencer { name } } } pageInfo { hasNextPage endCursor } } }`;
const COUNT = 'query ($filter: RunFilter) { runs(filter: $filter, first: 1) { totalCount totalCountIsExact } }';
const NIGHTS = `query ($filter: RunFilter) { nights(filter: $filter, dates: ["2024-06-01", "2024-06-02", "2024-06-03"]) {
  date outcomes { phase runs seconds } } }`;

/** Times of a query without the database, one after each measured query: what the machine and HTTP need. */
const trivial: number[] = [];

async function time(product: Product, query: string, variables: Record<string, unknown> = {}): Promise<number> {
  const begin = performance.now();
  await product.stack.query(query, variables);
  return performance.now() - begin;
}

async function times(product: Product, query: string, variables: Record<string, unknown>): Promise<number[]> {
  await product.stack.query(query, variables);
  const found: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    found.push(await time(product, query, variables));
    trivial.push(await time(product, '{ __typename }'));
  }
  return found;
}

function print(what: string, found: readonly number[], bound: number): void {
  const p95 = quantile(found, 0.95);
  const measured = `p50 ${quantile(found, 0.5).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`;
  report(what, measured, `p95 under ${String(bound)} ms`, p95 < bound);
}

export async function history(product: Product): Promise<void> {
  await addRuns(product.stack.databaseUrl);
  const every: number[] = [];
  for (const [kinds, word] of [
    [LISTS, 'list'],
    [SEARCHES, 'search for'],
  ] as const) {
    for (const [kind, filter] of Object.entries(kinds)) {
      for (const order of ORDERS) {
        const found = await times(product, PAGE, { filter, order });
        print(`history, ${word} ${kind}, ${order.toLowerCase()} first`, found, 50);
        every.push(...found);
      }
    }
  }
  print('history, all these pages together', every, 50);
  for (const [kind, filter] of Object.entries({ ...LISTS, ...SEARCHES })) {
    print(`history, count ${kind}`, await times(product, COUNT, { filter }), 200);
  }
  print('history, a query that reads nothing, in between', trivial, 50);
  print('history, totals of three nights', await times(product, NIGHTS, { filter: {} }), 50);
}
