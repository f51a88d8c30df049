/** The API is killed around the end of a run: its durations are neither lost nor counted twice. */
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { spawnApiProcess, type ApiProcess } from '@sequencer/testing/api/api-process';
import { startRunner, type RealRunner } from '@sequencer/testing/api/real-runner';
import { TOKEN, ask, newDatabase, until } from '@sequencer/testing/api/running-api';
import { freePort } from '@sequencer/testing/free-port';

/** The lock of the transaction that stores durations, see `duration-store.ts`. */
const LOCK = `hashtextextended('durations of satp1', 0)`;

let env: Record<string, string>;
let api: ApiProcess;
let runner: RealRunner;
let database: pg.Client;
beforeEach(async () => {
  env = { DATABASE_URL: await newDatabase(), RUNNER_TOKEN: TOKEN, PORT: String(await freePort()) };
  api = await spawnApiProcess(env);
  runner = await startRunner({ ...api, failure: new Promise<never>(() => undefined), close: api.stop });
  database = new pg.Client(env.DATABASE_URL);
  await database.connect();
});
afterEach(async () => {
  await runner.stop();
  await api.stop();
  await database.end();
});

const SCRIPT = 'divmod(7, 2)\n';

async function submit(): Promise<string> {
  const { data } = await ask<{ submitRun: { id: string } }>(
    api,
    'mutation ($script: String!) { submitRun(input: { sequencer: "satp1", script: $script }) { id } }',
    { script: SCRIPT },
  );
  return data.submitRun.id;
}

async function restart(): Promise<void> {
  await api.kill();
  api = await spawnApiProcess(env);
}

async function runsOf(key: string): Promise<number[]> {
  const { rows } = await database.query<{ runs: number[] }>('select runs from statement_durations where key = $1', [
    key,
  ]);
  return rows[0]?.runs ?? [];
}

const notes = async () => (await database.query('select * from runs_to_measure')).rows.length;
const ended = async () =>
  (await database.query(`select number from runs where phase = 'SUCCEEDED' order by number`)).rows.length;

it('stores the durations after the next start when it is killed after the end and before they are stored', async () => {
  await database.query(`select pg_advisory_lock(${LOCK})`);
  await submit();
  await until(async () => {
    expect(await ended()).toBe(1);
    // Its transaction waits for the lock.
    const { rows } = await database.query(`select from pg_locks where locktype = 'advisory' and not granted`);
    expect(rows).toHaveLength(1);
  });
  await api.kill();
  expect(await notes()).toBe(1);
  expect(await runsOf('divmod')).toEqual([]);
  await database.query(`select pg_advisory_unlock(${LOCK})`);
  api = await spawnApiProcess(env);
  await until(async () => {
    expect(await notes()).toBe(0);
  });
  expect(await runsOf('divmod')).toEqual([1]);
});

it('stores each run once when it is killed at any moment around its end', async () => {
  const count = 6;
  for (let run = 1; run <= count; run++) {
    await submit();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
    await restart();
    await until(async () => {
      expect(await ended()).toBe(run);
    });
  }
  await until(async () => {
    expect(await notes()).toBe(0);
  });
  expect(await runsOf('divmod')).toEqual(Array.from({ length: count }, (_, index) => index + 1));
}, 120_000);

it('does not store a run again that is noted again', async () => {
  const id = await submit();
  await until(async () => {
    expect(await runsOf('divmod')).toEqual([1]);
  });
  await database.query('insert into runs_to_measure values ($1)', [id]);
  await restart();
  await until(async () => {
    expect(await notes()).toBe(0);
  });
  expect(await runsOf('divmod')).toEqual([1]);
});
