/** Estimates: durations of real runs, scripts without a runner, the queue, and what an end of the API must not lose. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startRunner, type RealRunner } from '@sequencer/testing/api/real-runner';
import { ask, newDatabase, phaseOf, start, submit, until } from '@sequencer/testing/api/running-api';
import type { Api } from '../../src/server.ts';

let databaseUrl: string;
let database: pg.Client;
let api: Api;
let runner: RealRunner | null = null;
beforeAll(async () => {
  databaseUrl = await newDatabase();
  api = await start(databaseUrl);
  runner = await startRunner(api);
  database = new pg.Client(databaseUrl);
  await database.connect();
});
afterAll(async () => {
  await runner?.stop();
  await api.close();
  await database.end();
});
afterEach(async () => {
  await ask(api, 'mutation { setMode(sequencer: "satp1", mode: OFF) { name } }');
});

interface Estimate {
  statements: {
    index: number;
    firstLine: number;
    typicalSeconds: number | null;
    lowSeconds: number | null;
    highSeconds: number | null;
    basis: number;
    expectedEnd: string | null;
  }[];
  totalSeconds: number | null;
  expectedEnd: string | null;
  unknownStatements: number;
}

const ESTIMATE = `query ($sequencer: String!, $script: String!, $startAt: DateTime) {
  estimate(sequencer: $sequencer, script: $script, startAt: $startAt) {
    statements { index firstLine typicalSeconds lowSeconds highSeconds basis expectedEnd }
    totalSeconds expectedEnd unknownStatements
  }
}`;
const START = '2036-06-01T22:00:00.000Z';

const answer = (script: string, startAt: string | null = START, sequencer = 'satp1') =>
  ask<{ estimate: Estimate }>(api, ESTIMATE, { sequencer, script, startAt });

async function estimate(script: string, startAt: string | null = START): Promise<Estimate> {
  const { data, errors } = await answer(script, startAt);
  expect(errors).toBeUndefined();
  return data.estimate;
}

/** Waits until the end of the run and its durations are stored. */
async function stored(id: string): Promise<void> {
  await until(async () => {
    const { rows } = await database.query(
      `select finished_at is not null as ended, exists (select from runs_to_measure) as noted from runs where id = $1`,
      [id],
    );
    expect(rows).toEqual([{ ended: true, noted: false }]);
  });
}

async function finish(script: string, end = 'SUCCEEDED', input: Record<string, unknown> = {}): Promise<string> {
  const { id } = (await submit(api, { script, ...input })).data.submitRun;
  await until(async () => {
    expect(await phaseOf(api, id)).toBe(end);
  });
  return id;
}

async function run(script: string, end = 'SUCCEEDED', input: Record<string, unknown> = {}): Promise<void> {
  await stored(await finish(script, end, input));
}

async function recordOf(key: string): Promise<{ seconds: number[]; runs: number[] } | undefined> {
  const { rows } = await database.query<{ seconds: number[]; runs: number[] }>(
    'select seconds, runs from statement_durations where key = $1',
    [key],
  );
  return rows[0];
}

interface Times {
  phase: string;
  expectedStart: string | null;
  expectedEnd: string | null;
}

async function timesOf(id: string): Promise<Times> {
  const query = 'query ($id: ID!) { run(id: $id) { phase expectedStart expectedEnd } }';
  return (await ask<{ run: Times }>(api, query, { id })).data.run;
}

it('estimates a statement from the runs that succeeded, with the same literals or else with its name', async () => {
  const script = 'import time\ntime.sleep(0.2)\ntime.sleep(0.4)\n';
  expect((await estimate(script)).statements.map(({ typicalSeconds, basis }) => [typicalSeconds, basis])).toEqual([
    [null, 0],
    [0.2, 0],
    [0.4, 0],
  ]);
  await run(script);
  await run(script);
  const { statements, totalSeconds, expectedEnd, unknownStatements } = await estimate(script);
  expect(statements.map(({ index, firstLine, basis }) => [index, firstLine, basis])).toEqual([
    [0, 1, 2],
    [1, 2, 2],
    [2, 3, 2],
  ]);
  const [first, short, long] = statements;
  expect(short?.typicalSeconds).toBeGreaterThanOrEqual(0.2);
  expect(short?.typicalSeconds).toBeLessThan(0.39);
  expect(long?.typicalSeconds).toBeGreaterThanOrEqual(0.4);
  expect(long?.lowSeconds).toBeLessThanOrEqual(long?.typicalSeconds ?? 0);
  expect(long?.highSeconds).toBeGreaterThanOrEqual(long?.typicalSeconds ?? Infinity);
  const sum = [first, short, long].reduce((seconds, statement) => seconds + (statement?.typicalSeconds ?? 0), 0);
  expect(totalSeconds).toBeCloseTo(sum, 2);
  expect(Date.parse(expectedEnd ?? '')).toBeCloseTo(Date.parse(START) + sum * 1000, -1);
  expect(unknownStatements).toBe(0);
  // Of all four sleeps.
  const [, other] = (await estimate('import time\ntime.sleep(n)\n')).statements;
  expect(other?.basis).toBe(2);
  expect(other?.typicalSeconds).toBeGreaterThan(short?.typicalSeconds ?? Infinity);
  expect(other?.typicalSeconds).toBeLessThan(long?.typicalSeconds ?? 0);
  // Another literal sleep takes as long as it states, whatever is in the record of its name.
  const [, literal] = (await estimate('import time\ntime.sleep(60)\n')).statements;
  expect(literal).toMatchObject({ typicalSeconds: 60, basis: 0 });
});

it('includes a run whose end a user has just seen', async () => {
  for (let runs = 1; runs <= 5; runs++) {
    const { id } = (await submit(api, { script: 'sorted([1])\n' })).data.submitRun;
    await vi.waitFor(
      async () => {
        expect(await phaseOf(api, id)).toBe('SUCCEEDED');
      },
      { timeout: 10_000, interval: 1 },
    );
    expect((await estimate('sorted([1])\n')).statements[0]?.basis).toBe(runs);
  }
});

it('stores nothing of a run that failed, of a skipped statement, and of a literal absolute wait', async () => {
  await run('failing = len("x")\n1 / 0\n', 'FAILED');
  await run('skipped = abs(-1)\nstarted = round(2.5)\n', 'SUCCEEDED', { startAt: 1 });
  await run('def wait_until(time): pass\nwait_until("2020-01-01 22:10")\n');
  const { rows } = await database.query<{ key: string }>('select key from statement_durations order by key');
  const keys = rows.map(({ key }) => key);
  expect(keys).toContain('round');
  expect(keys).not.toContain('len');
  expect(keys).not.toContain('abs');
  expect(keys.filter((key) => key.startsWith('wait_until'))).toEqual([]);
});

it('ends at an absolute time whatever comes before, and takes nothing for one in the past', async () => {
  const script = 'import time\nunknown_before()\nwait_until("2036-06-01 22:10")\nwait_until("2036-06-01 22:05")\n';
  const waited = await estimate(script);
  expect(waited.statements.map(({ typicalSeconds }) => typicalSeconds).slice(1)).toEqual([null, null, 0]);
  expect(waited.expectedEnd).toBe('2036-06-01T22:10:00.000Z');
  expect(waited.totalSeconds).toBe(600);
  expect(waited.unknownStatements).toBe(0);
  expect(waited.statements[2]?.expectedEnd).toBe('2036-06-01T22:10:00.000Z');
  const late = await estimate(script, '2036-06-01T22:20:00.000Z');
  expect(late.statements.map(({ typicalSeconds }) => typicalSeconds).slice(1)).toEqual([null, 0, 0]);
  expect(late.totalSeconds).toBeNull();
  expect(late.unknownStatements).toBe(1);
});

it('starts now unless another time is requested', async () => {
  const { expectedEnd } = await estimate('', null);
  expect(Math.abs(Date.parse(expectedEnd ?? '') - Date.now())).toBeLessThan(10_000);
});

it.each([
  ['SYNTAX_ERROR', 'x = (\n', 'satp1'],
  ['UNKNOWN_SEQUENCER', 'x = 1\n', 'satp9'],
  ['SCRIPT_NOT_TEXT', 'x = "\0"\n', 'satp1'],
  ['SCRIPT_TOO_LARGE', '#'.repeat(600_000), 'satp1'],
  ['SCRIPT_TOO_LARGE', 'x\n'.repeat(20_001), 'satp1'],
])('fails with %s', async (code, script, sequencer) => {
  expect((await answer(script, START, sequencer)).errors?.[0]?.extensions.code).toBe(code);
});

it('reports the line of a syntax error', async () => {
  const [error] = (await answer('x = 1\nif x\n    y = 2\n')).errors ?? [];
  expect(error?.message).toContain('line 2');
  expect(error?.extensions.remedy).toBeTruthy();
});

it('plans the queue after the active run', async () => {
  const nap = 'import time\ntime.sleep(1.5)\n';
  await run(nap);
  const active = (await submit(api, { script: nap })).data.submitRun.id;
  const held = (await submit(api, { script: nap, start: 'QUEUED' })).data.submitRun.id;
  const next = (await submit(api, { script: nap, start: 'QUEUED' })).data.submitRun.id;
  const unknown = (await submit(api, { script: 'never_recorded.before()\n', start: 'QUEUED' })).data.submitRun.id;
  const last = (await submit(api, { script: nap, start: 'QUEUED' })).data.submitRun.id;
  await ask(api, 'mutation ($id: ID!) { holdRun(id: $id) { id } }', { id: held });
  await until(async () => {
    expect((await timesOf(active)).phase).toBe('RUNNING');
  });
  // Nothing starts a queued run in the mode Off.
  expect(await timesOf(next)).toMatchObject({ expectedStart: null, expectedEnd: null });
  await ask(api, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  const [first, second, third, fourth, fifth] = await Promise.all([active, held, next, unknown, last].map(timesOf));
  expect(first?.phase).toBe('RUNNING');
  const forecasts = `query ($active: ID!, $held: ID!) {
    active: run(id: $active) { forecast { behindSeconds regainedAt regainedLine usualSeconds usualBasis } }
    held: run(id: $held) { forecast { behindSeconds } }
  }`;
  const { data } = await ask<Record<'active' | 'held', { forecast: Record<string, unknown> | null }>>(api, forecasts, {
    active,
    held,
  });
  expect(data.active.forecast).toMatchObject({ regainedAt: null, regainedLine: null, usualBasis: 1 });
  expect(data.active.forecast?.usualSeconds).toBeGreaterThanOrEqual(1.5);
  expect(Math.abs(Number(data.active.forecast?.behindSeconds))).toBeLessThan(2);
  expect(data.held.forecast).toBeNull();
  const length = Date.parse(first?.expectedEnd ?? '') - Date.parse(first?.expectedStart ?? '');
  expect(length).toBeGreaterThan(1400);
  expect(length).toBeLessThan(4000);
  expect(second).toMatchObject({ expectedStart: null, expectedEnd: null });
  expect(third?.expectedStart).toBe(first?.expectedEnd);
  expect(Date.parse(third?.expectedEnd ?? '') - Date.parse(third?.expectedStart ?? '')).toBeGreaterThanOrEqual(1500);
  expect(fourth?.expectedStart).toBe(third?.expectedEnd);
  expect(fourth?.expectedEnd).toBeNull();
  expect(fifth).toMatchObject({ expectedStart: null, expectedEnd: null });
  await ask(api, 'mutation { setMode(sequencer: "satp1", mode: OFF) { name } }');
  for (const id of [held, next, unknown, last])
    await ask(api, 'mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id });
  await until(async () => {
    expect((await timesOf(active)).phase).toBe('SUCCEEDED');
  });
  expect(await timesOf(active)).toMatchObject({ expectedStart: null, expectedEnd: null });
});

it('stores the statements of a replaced script', async () => {
  const { id } = (await submit(api, { script: 'x = 1\nmin(1, 2)\n', startPaused: true })).data.submitRun;
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('PAUSED');
  });
  const script = 'x = 1\nmax(1, 2)\nmax(1, 2)\n';
  const { errors } = await ask(
    api,
    'mutation ($id: ID!, $script: String!) { replaceRemaining(run: $id, script: $script) { id } }',
    { id, script },
  );
  expect(errors).toBeUndefined();
  await ask(api, 'mutation ($id: ID!) { resumeRun(id: $id) { id } }', { id });
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('SUCCEEDED');
  });
  await stored(id);
  expect((await recordOf('max'))?.seconds).toHaveLength(2);
  expect(await recordOf('min')).toBeUndefined();
});

it('stores the durations of other runs while the database refuses those of one, and gives that one up', async () => {
  await database.query(`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'refused' using errcode = 'check_violation'; end $$`);
  await database.query(`create trigger refuse before insert on statement_durations
    for each row when (new.key like 'hash%') execute function refuse()`);
  const refused = await finish('hash(1)\n');
  const isNoted = async () =>
    (await database.query('select 1 from runs_to_measure where run = $1', [refused])).rowCount === 1;
  await finish('oct(8)\n');
  await until(async () => {
    expect(await recordOf('oct')).toBeDefined();
  });
  expect(await recordOf('hash')).toBeUndefined();
  await until(async () => {
    await finish('oct(8)\n');
    expect(await isNoted()).toBe(false);
  });
  await database.query('drop trigger refuse on statement_durations');
  await run('hash(1)\n');
  expect(await recordOf('hash')).toBeDefined();
});

it('keeps 20 durations of a key', async () => {
  await run('divmod(1, 2)\n'.repeat(30));
  await run('divmod(1, 2)\n'.repeat(5));
  const record = await recordOf('divmod');
  expect(record?.seconds).toHaveLength(20);
  expect(new Set(record?.runs).size).toBe(2);
});

it('stores the durations of 10,000 statements, and drops the keys that were not used for the longest time', async () => {
  await database.query(
    `insert into statement_durations (sequencer, key, seconds, runs, typical_seconds, low_seconds, high_seconds, basis, at)
     select 'satp1', 'old' || n, array[1], array[1], 1, 1, 1, 1, '2020-01-01'::timestamptz + n * interval '1 second'
     from generate_series(1, 19000) n`,
  );
  const script = Array.from({ length: 10_000 }, (_, i) => `abs(${String(i)})\n`).join('');
  const { id } = (await submit(api, { script })).data.submitRun;
  await vi.waitFor(() => stored(id), { timeout: 60_000 });
  const count = async (like: string) => {
    const { rows } = await database.query<{ n: number }>(
      'select count(*)::int as n from statement_durations where key like $1',
      [like],
    );
    return rows[0]?.n ?? 0;
  };
  expect(await count('abs(%')).toBe(10_000);
  expect(await count('%')).toBe(20_000);
  expect(await recordOf('old1')).toBeUndefined();
  expect(await recordOf('old19000')).toBeDefined();
  const { statements, unknownStatements } = await estimate(script);
  expect(statements.every(({ basis }) => basis === 1)).toBe(true);
  expect(unknownStatements).toBe(0);
}, 90_000);

it('estimates a script of 500 kB with thousands of statements while other requests are answered', async () => {
  const script = Array.from(
    { length: 10_000 },
    (_, i) => `run.acu.move_to(az=${String(i)}.125, el=${String(i)}.25)  # text\n`,
  ).join('');
  expect(script.length).toBeGreaterThan(450_000);
  let longest = 0;
  const done = new AbortController();
  const others = (async () => {
    while (!done.signal.aborted) {
      const begin = performance.now();
      await ask(api, '{ me { name } }');
      longest = Math.max(longest, performance.now() - begin);
    }
  })();
  const { statements } = await estimate(script);
  done.abort();
  await others;
  expect(statements).toHaveLength(10_000);
  expect(longest).toBeLessThan(1000);
});
