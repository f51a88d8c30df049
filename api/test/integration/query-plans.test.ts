/**
 * The lists of the history and the audit come out of an index in their order, however many runs there have been; and what
 * is read of a run is what is asked for, however long its record.
 */
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditLog } from '../../src/auth/audit-log.ts';
import { makeLog } from '../../src/lib/log.ts';
import { eventsAfter, outputBefore } from '../../src/store/event-store.ts';
import type { Db } from '../../src/store/database.ts';
import type { RunFilter } from '../../src/store/run-filter.ts';
import { countByPeriod, searchByPeriod } from '../../src/store/period-search.ts';
import { listRuns } from '../../src/store/run-list.ts';
import { RUN_ORDERS, cursorOf, type RunOrder } from '../../src/store/run-order.ts';
import { newDatabase, start } from '@sequencer/testing/api/running-api';

const RUNS = `
  insert into runs (id, sequencer, number, script, script_hash, arguments, start_paused, hold_on_failure, breakpoints,
      start, place, submitted_by, submitted_at, started_at, finished_at, phase, words)
    select gen_random_uuid(), case n % 2 when 0 then 'satp1' else 'lat' end, n, 'x', 'hash', '[]', false, false, '[]',
      'RUNNING', 0, 'person' || n % 20, at, at, at + n * 7919 % 3600 * interval '1 second',
      case n % 10 when 0 then 'FAILED' else 'SUCCEEDED' end, case when n <= 8000 then 'words of old runs' else 'words' end
    from generate_series(1, 20000) n, lateral (select timestamptz '2026-01-01' + n * interval '10 minutes' as at) t`;
const ENTRIES = `
  insert into audit (at, user_name, via, address, action, sequencer, details, result)
    select now(), 'person' || n % 20, 'password', '127.0.0.1', 'setMode', case n % 2 when 0 then 'satp1' else 'lat' end,
      '{}', 'DONE' from generate_series(1, 20000) n`;

const RUN = '00000000-0000-4000-8000-000000000001';
const LINES = 100_000;
const LONG_RUN = `
  insert into runs (id, sequencer, number, script, script_hash, arguments, start_paused, hold_on_failure, breakpoints,
      start, place, submitted_by, submitted_at, phase, words)
    values ('${RUN}', 'satp1', 0, 'x', 'hash', '[]', false, false, '[]', 'RUNNING', 0, 'ada', now(), 'SUCCEEDED', 'words')`;
const EVENTS = `
  insert into events (run, seq, type, at, data)
    select '${RUN}', n, case when n % 10000 = 1 then 'statement' when n % 10000 = 2 then 'output' else 'line' end, now(), '{}'
    from generate_series(1, ${String(LINES)}) n`;

let pool: pg.Pool;
let db: Db;
let sent: { text: string; values: unknown[] } = { text: '', values: [] };

beforeAll(async () => {
  const url = await newDatabase();
  await (await start(url)).close();
  pool = new pg.Pool({ connectionString: url, max: 1 });
  db = drizzle(pool, { logger: { logQuery: (text, values) => (sent = { text, values }) } });
  for (const text of [RUNS, ENTRIES, LONG_RUN, EVENTS, 'vacuum analyze']) await pool.query(text);
});
afterAll(() => pool.end());

/** The steps of the plan for what was sent last. An incremental sort sorts only the rows that are equal in the index. */
async function plan(): Promise<string> {
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${sent.text}`, sent.values);
  return rows.map((row) => row['QUERY PLAN'].replace(/Incremental Sort|Sort Key/, 'sorted')).join('\n');
}

interface Step {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Step[];
}

/** How many rows the steps of what was sent last have read altogether. */
async function rowsRead(): Promise<number> {
  const { rows } = await pool.query<{ 'QUERY PLAN': { Plan: Step }[] }>(
    `explain (analyze, format json) ${sent.text}`,
    sent.values,
  );
  const count = (step: Step): number =>
    (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops'] +
    (step.Plans ?? []).reduce((sum, inner) => sum + count(inner), 0);
  return (rows[0]?.['QUERY PLAN'] ?? []).reduce((sum, { Plan }) => sum + count(Plan), 0);
}

const EVERYTHING: RunFilter = {
  sequencer: null,
  phases: null,
  text: null,
  run: null,
  submittedBy: null,
  from: null,
  to: null,
};
const filters: [string, Partial<RunFilter>][] = [
  ['of all', {}],
  ['of a sequencer', { sequencer: 'lat' }],
  ['of a phase', { phases: ['FAILED'] }],
  ['of a person', { submittedBy: 'person7' }],
  ['of a phase and a person', { phases: ['FAILED'], submittedBy: 'person10' }],
];
const cases = RUN_ORDERS.flatMap((order) =>
  filters.map(([name, filter]): [RunOrder, string, RunFilter] => [order, name, { ...EVERYTHING, ...filter }]),
);

it.each(cases)('%s %s: reads the first page, and one from the middle, from an index', async (order, _name, filter) => {
  const first = await listRuns(db, filter, order, 50, null);
  expect(first).toHaveLength(50);
  expect(await plan()).not.toMatch(/Sort|Seq Scan/);
  const last = first.at(-1);
  if (!last) throw new Error('no run');
  const second = await listRuns(db, filter, order, 50, cursorOf(last, order));
  expect(await plan()).not.toMatch(/Sort|Seq Scan/);
  expect(second).toHaveLength(50);
  expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(100);
});

it('a search for a text of old runs reads the first period that has it', async () => {
  const filter = { ...EVERYTHING, text: 'old runs' };
  const after = { value: '2027-01-01T00:00:00.000Z', id: RUN };
  expect(await searchByPeriod(db, filter, 'NEWEST', 50, after)).toHaveLength(50);
  expect(await plan()).toMatch(/Index Cond: .* && .* AND \(words ~~ /);
  // Ten days have 1440 runs. Each is counted in each step of the plan.
  expect(await rowsRead()).toBeLessThan(8000);
  expect(await countByPeriod(db, filter, 100)).toBe(100);
  expect(await countByPeriod(db, filter, 10_000)).toBe(8000);
});

it.each([{}, { user: 'person7' }, { sequencer: 'lat' }])('the audit of %j', async (some) => {
  const nothing = { user: null, action: null, sequencer: null, run: null, refused: false, from: null, to: null };
  const log = new AuditLog(db, makeLog('silent'));
  expect(await log.read({ ...nothing, ...some }, 100, 15_000)).toHaveLength(100);
  expect(await plan()).not.toMatch(/Sort|Seq Scan/);
});

it('events of some types, without the lines between them', async () => {
  const types = ['statement', 'prompt', 'failure', 'statement'];
  const found = await eventsAfter(db, RUN, 1, 1000, types);
  expect(found.map(({ seq, type }) => [seq, type])).toEqual(
    Array.from({ length: 9 }, (_, index) => [(index + 1) * 10_000 + 1, 'statement']),
  );
  expect(await rowsRead()).toBeLessThan(200);
  expect(await eventsAfter(db, RUN, 1, 2, ['output', 'statement'])).toHaveLength(2);
  expect(await eventsAfter(db, RUN, 0, 1000, ['line', 'statement'])).toHaveLength(1000);
  expect(await eventsAfter(db, RUN, 0, 1000, [])).toEqual([]);
  await plan();
  expect(await eventsAfter(db, RUN, 1, 1000, types, 1024 * 1024)).toEqual(found);
  expect(await rowsRead()).toBeLessThan(200);
});

it('the output before a moment, and the event at a place', async () => {
  expect(await outputBefore(db, RUN, 50_000, 3, 1024 * 1024)).toHaveLength(3);
  expect(await rowsRead()).toBeLessThan(20);
  expect(await eventsAfter(db, RUN, 70_000, 1)).toMatchObject([{ seq: 70_001 }]);
  expect(await rowsRead()).toBeLessThan(20);
});
