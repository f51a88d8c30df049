/** A search finds the same runs whichever way it takes: in order for a frequent text, by the periods of the indexes for a rare one. */
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import type { Db } from '../../src/store/database.ts';
import type { RunFilter } from '../../src/store/run-filter.ts';
import { MOST_COUNTED, countRuns, listRuns } from '../../src/store/run-list.ts';
import { RUN_ORDERS, cursorOf } from '../../src/store/run-order.ts';
import { ask, newDatabase, start } from '@sequencer/testing/api/running-api';

const RUNS = 12_000;
/** Runs of 83 days. Words of scripts: in every run, in one of 40, in one of 3000, and only in old or new runs. */
const SEED = `
  insert into runs (id, sequencer, number, title, script, script_hash, arguments, start_paused, hold_on_failure, breakpoints,
      start, place, submitted_by, submitted_at, started_at, finished_at, phase, words)
    select gen_random_uuid(), name, n, 'scan ' || n, concat('import Always', case n % 40 when 0 then ' OFTEN' end,
        case n % 3000 when 7 then ' Seldom' end, case when n < 60 then ' past_50%' end,
        case when n < 3000 then ' Early' when n > 9000 then ' Late' end), 'hash', '[]', false, false, '[]',
      'QUEUED', 0, 'person' || n % 3, at, at, at + n * 7919 % 3600 * interval '1 second',
      case n % 10 when 0 then 'FAILED' else 'SUCCEEDED' end, lower(name || '/' || n || ' scan ' || n)
    from generate_series(1, ${String(RUNS)}) n, lateral (select case n % 4 when 0 then 'satp1' else 'lat' end as name,
      timestamptz '2026-01-01 00:00Z' + n * interval '10 minutes' as at) t`;

let api: Api;
let pool: pg.Pool;
let db: Db;
beforeAll(async () => {
  const url = await newDatabase();
  api = await start(url, { SEQUENCERS: 'satp1,lat' });
  pool = new pg.Pool({ connectionString: url });
  db = drizzle(pool);
  await pool.query(SEED);
  await pool.query('analyze runs');
});
afterAll(async () => {
  await api.close();
  await pool.end();
});

const ALL: RunFilter = {
  sequencer: null,
  phases: null,
  text: null,
  run: null,
  submittedBy: null,
  from: null,
  to: null,
};
const KEYS = {
  NEWEST: 'submitted_at desc, id desc',
  OLDEST: 'submitted_at, id',
  LONGEST: 'finished_at - started_at desc, id desc',
};

describe.each(RUN_ORDERS)('a search in the order %s', (order) => {
  it.each([
    ['always', ''],
    ['often', ''],
    ['seldom', ''],
    ['PAST_50%', ''],
    ['past_', ''],
    ['early', ''],
    ['late', ''],
    ['scan 11', ''],
    ['not there', ''],
    ['always', `sequencer = 'satp1'`],
    ['seldom', `sequencer = 'satp1'`],
    ['seldom', `sequencer = 'lat'`],
    ['past_50%', `sequencer = 'lat'`],
    ['often', `phase = 'FAILED'`],
  ])('finds %j in two pages where %j', async (text, where) => {
    const filter: RunFilter = {
      ...ALL,
      text,
      sequencer: /sequencer = '(.+)'/.exec(where)?.[1] ?? null,
      phases: where.startsWith('phase') ? ['FAILED'] : null,
    };
    const { rows } = await pool.query<{ id: string }>(
      `select id from runs where (position(lower($1) in lower(script)) > 0 or position(lower($1) in words) > 0)
         and ${where || 'true'} order by ${KEYS[order]} limit 80`,
      [text],
    );
    const first = await listRuns(db, filter, order, 40, null);
    const last = first.at(-1);
    const second = last ? await listRuns(db, filter, order, 40, cursorOf(last, order)) : [];
    expect([...first, ...second].map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  });
});

it('counts exactly up to a bound', async () => {
  expect(await countRuns(db, ALL)).toEqual({ count: MOST_COUNTED, isExact: false });
  expect(await countRuns(db, { ...ALL, text: 'always' })).toEqual({ count: MOST_COUNTED, isExact: false });
  expect(await countRuns(db, { ...ALL, phases: ['FAILED'] })).toEqual({ count: RUNS / 10, isExact: true });
  expect(await countRuns(db, { ...ALL, text: 'often' })).toEqual({ count: RUNS / 40, isExact: true });
  expect(await countRuns(db, { ...ALL, text: 'not there' })).toEqual({ count: 0, isExact: true });
  expect(await countRuns(db, { ...ALL, text: 'past_50%', sequencer: 'lat' })).toEqual({ count: 45, isExact: true });
  const february = { from: new Date('2026-02-01T00:00:00Z'), to: new Date('2026-03-01T00:00:00Z') };
  expect(await countRuns(db, { ...ALL, text: 'often', ...february })).toEqual({ count: 101, isExact: true });
  const never = { from: new Date('0001-01-01T00:00:00Z'), to: new Date('9999-01-01T00:00:00Z') };
  expect(await countRuns(db, { ...ALL, text: 'often', ...never })).toEqual({ count: RUNS / 40, isExact: true });
  await pool.query(`delete from runs where number > ${String(MOST_COUNTED)}`);
  expect(await countRuns(db, ALL)).toEqual({ count: MOST_COUNTED, isExact: true });
  const { data } = await ask(api, '{ runs(first: 1) { totalCount totalCountIsExact } }');
  expect(data).toEqual({ runs: { totalCount: MOST_COUNTED, totalCountIsExact: true } });
});

async function numbers(text: string): Promise<string[]> {
  const { data } = await ask<{ runs: { edges: { node: { number: number; sequencer: { name: string } } }[] } }>(
    api,
    'query ($text: String) { runs(filter: { text: $text }) { edges { node { number sequencer { name } } } } }',
    { text },
  );
  return data.runs.edges.map(({ node }) => `${node.sequencer.name}/${String(node.number)}`);
}

it('finds one run by its name, and other text with a slash in scripts', async () => {
  expect(await numbers('satp1/12')).toEqual(['satp1/12']);
  expect(await numbers('SATP1/12')).toEqual(['satp1/12']);
  expect(await numbers('satp1/13')).toEqual([]);
  expect(await numbers('satp1/99999999999999999999')).toEqual([]);
  await pool.query(`update runs set script = 'a = n/60' where number = 5`);
  expect(await numbers('n/60')).toEqual(['lat/5']);
});

it('reports a run by its number, or null', async () => {
  const query = 'query ($s: String!, $n: Int!) { runByNumber(sequencer: $s, number: $n) { number title } }';
  expect((await ask(api, query, { s: 'satp1', n: 12 })).data).toEqual({
    runByNumber: { number: 12, title: 'scan 12' },
  });
  for (const [s, n] of [
    ['satp1', 13],
    ['satp1', -1],
    ['moon', 12],
  ]) {
    expect((await ask(api, query, { s, n })).data).toEqual({ runByNumber: null });
  }
});
