/** The last run of a sequencer is the one that ended last, whichever was submitted last. */
import { randomUUID } from 'node:crypto';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { lastRuns } from '../../src/store/sequencer-runs.ts';
import { TestRunner, ask, newDatabase, record, start, submit, until } from '@sequencer/testing/api/running-api';

let databaseUrl: string;
let api: Api;
let pool: pg.Pool;
beforeAll(async () => {
  databaseUrl = await newDatabase();
  pool = new pg.Pool({ connectionString: databaseUrl });
  api = await start(databaseUrl);
});
afterAll(async () => {
  await api.close();
  await pool.end();
});

/** Adds an ended run. A run of an earlier version may have no end time. */
async function past(
  number: number,
  submittedAt: string,
  finishedAt: string | null,
  phase = 'SUCCEEDED',
): Promise<void> {
  await pool.query(
    `insert into runs (id, sequencer, number, script, script_hash, arguments, start_paused, hold_on_failure,
       breakpoints, start, place, submitted_by, submitted_at, finished_at, phase, words)
     values ($1, 'satp1', $2, 'x', 'hash', '[]', false, false, '[]', 'QUEUED', 0, 'tester', $3, $4, $5, 'x')`,
    [randomUUID(), number, submittedAt, finishedAt, phase],
  );
}

interface Last {
  sequencer: { lastRun: { number: number; phase: string } | null; lastRuns: { number: number }[] };
}

async function last(): Promise<Last['sequencer']> {
  const { data } = await ask<Last>(
    api,
    '{ sequencer(name: "satp1") { lastRun { number phase } lastRuns(first: 3) { number } } }',
  );
  return data.sequencer;
}

it('reports the run that ended last, and the order of the ends', async () => {
  expect(await last()).toEqual({ lastRun: null, lastRuns: [] });
  await pool.query(`update sequencers set last_number = 10 where name = 'satp1'`);
  await past(1, '2026-11-20T18:00:00Z', '2026-11-20T18:54:39Z', 'FAILED');
  await past(2, '2026-11-20T18:10:00Z', '2026-11-20T18:48:35Z');
  await past(3, '2026-11-20T18:20:00Z', '2026-11-20T18:20:05Z');
  await past(4, '2026-11-20T18:50:00Z', null, 'LOST');
  await past(5, '2026-11-20T19:00:00Z', '2026-11-20T19:00:01Z', 'CANCELLED');
  await api.close();
  api = await start(databaseUrl);
  expect(await last()).toEqual({
    lastRun: { number: 1, phase: 'FAILED' },
    lastRuns: [{ number: 1 }, { number: 4 }, { number: 2 }],
  });
});

it('reports the runs that ended since a time, whenever they were submitted', async () => {
  const { data } = await ask<Last>(
    api,
    '{ sequencer(name: "satp1") { lastRuns(first: 500, since: "2026-11-20T18:50:00Z") { number } } }',
  );
  expect(data.sequencer).toEqual({ lastRuns: [{ number: 1 }, { number: 4 }] });
});

it('reports a run that has just ended, and not one that was cancelled in the queue', async () => {
  const runner = await TestRunner.connect(api);
  const { data } = await submit(api);
  const { id, number } = data.submitRun;
  await until(() => {
    expect(runner.started).toEqual([id]);
  });
  const other = await submit(api, { start: 'QUEUED' });
  const ended = record(1).map((event) => ({ ...event, at: new Date().toISOString() }));
  runner.events(id, ended);
  await until(async () => {
    expect((await last()).lastRun?.number).toBe(number);
  });
  await ask(api, 'mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: other.data.submitRun.id });
  expect((await last()).lastRun?.number).toBe(number);
  runner.leave();
});

it('reads them from an index', async () => {
  await pool.query(
    `insert into runs (id, sequencer, number, script, script_hash, arguments, start_paused, hold_on_failure,
       breakpoints, start, place, submitted_by, submitted_at, finished_at, phase, words)
     select gen_random_uuid(), 'satp1', 100 + n, 'x', 'hash', '[]', false, false, '[]', 'QUEUED', 0, 'tester',
       timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-01' + n * interval '2 minutes',
       case n % 2 when 0 then 'FAILED' else 'CANCELLED' end, 'x' from generate_series(1, 20000) n`,
  );
  await pool.query('analyze runs');
  let sent = { text: '', values: [] as unknown[] };
  const db = drizzle(pool, { logger: { logQuery: (text, values) => (sent = { text, values }) } });
  for (const since of [null, new Date('2026-01-20')]) {
    expect(await lastRuns(db, 'satp1', 8, since)).toHaveLength(8);
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${sent.text}`, sent.values);
    const plan = rows.map((row) => row['QUERY PLAN'].replace(/Incremental Sort|Sort Key/, 'sorted')).join('\n');
    expect(plan).toContain('runs_ended');
    expect(plan).not.toMatch(/Sort|Seq Scan/);
  }
});
