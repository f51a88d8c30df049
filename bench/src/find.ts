/** The search in the output of a run with 200,000 lines, beside a plain page of the same output. */
import { report } from './lib/figures.ts';
import { quantile } from './lib/numbers.ts';
import type { Product } from './product.ts';

const LINES = 200_000;
const TIMES = 40;
const SCRIPT = `for i in range(${String(LINES)}):\n    print(f'line {i:06d} of the scan, azimuth {i % 3600 / 10} degrees')\n`;
const FIND = `query ($id: ID!, $find: String!) {
  run(id: $id) { outputMatches(find: $find, first: 1) { total hasMore isComplete } } }`;
const PAGE =
  'query ($id: ID!, $before: Int) { run(id: $id) { outputEvents(before: $before, last: 1000) { events { data } } } }';

interface Found {
  run: { outputMatches: { total: number; hasMore: boolean; isComplete: boolean } };
}

async function p95(action: (i: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const begin = performance.now();
    await action(i);
    times.push(performance.now() - begin);
  }
  return quantile(times, 0.95);
}

export async function find(product: Product): Promise<void> {
  const id = await product.stack.submit(SCRIPT);
  await product.stack.untilWithin(120, id, 'SUCCEEDED');
  const search = async (text: string) => (await product.stack.query<Found>(FIND, { id, find: text })).run.outputMatches;
  const begin = performance.now();
  while (!(await search('no such text')).isComplete);
  const first = performance.now() - begin;

  const rare = await p95((i) => search(`line ${String(i * 4999).padStart(6, '0')}`));
  const some = await p95((i) => search(`azimuth ${String(i)}.5 `));
  const all = await p95(() => search('of the scan'));
  const { run } = await product.stack.query<{ run: { lastSeq: number } }>(
    'query ($id: ID!) { run(id: $id) { lastSeq } }',
    { id },
  );
  const page = await p95((i) => product.stack.query(PAGE, { id, before: Math.floor((run.lastSeq * (i + 1)) / TIMES) }));
  const of = `${LINES.toLocaleString('en')} lines of output`;
  report(`the first search in ${of}`, `${(first / 1000).toFixed(1)} s`, 'under 10 s', first < 10_000);
  report(
    `a search in ${of}, for one, 56, and more than 10,000 lines`,
    `p95 ${rare.toFixed(0)}, ${some.toFixed(0)} and ${all.toFixed(0)} ms; ${page.toFixed(0)} ms for a page of 1000 events`,
    'p95 under 500 ms',
    Math.max(rare, some, all) < 500,
  );
}
