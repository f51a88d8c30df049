/** The audit log is written before the action, and also records requests that never reached an action. */
import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, start, submit } from '@sequencer/testing/api/running-api';

let database: string;
let api: Api;
let client: pg.Client;
beforeEach(async () => {
  database = await newDatabase();
  api = await start(database);
  client = new pg.Client({ connectionString: database });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await api.close();
});

async function results(action: string): Promise<unknown[]> {
  const { rows } = await client.query('select result from audit where action = $1 order by id', [action]);
  return rows.map(({ result }: { result: string }) => result);
}

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 20 });
const PAUSE = 'mutation ($id: ID!) { pauseRun(id: $id) { id } }';
const STOP = 'mutation ($id: ID!) { stopRun(id: $id, level: REQUEST) { id } }';
const MODE = 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }';

async function startedRun(): Promise<{ id: string; runner: TestRunner }> {
  const runner = await TestRunner.connect(api);
  const { id } = (await submit(api)).data.submitRun;
  await until(() => {
    expect(runner.started).toContain(id);
  });
  return { id, runner };
}

it('records a command before it is executed, and its result afterwards', async () => {
  const { id, runner } = await startedRun();
  runner.answer = () => ({ ok: false, code: 'STOPPING', message: 'no' });
  // While the row is locked, the action waits.
  await client.query('begin');
  await client.query(`select * from sequencers where name = 'satp1' for update`);
  const mode = ask(api, MODE);
  await until(async () => {
    expect(await results('setMode')).toEqual(['REQUESTED']);
  });
  await client.query('rollback');
  await mode;
  expect(await results('setMode')).toEqual(['DONE']);
  await ask(api, PAUSE, { id });
  expect(await results('pauseRun')).toEqual(['STOPPING']);
});

it('accepts the result of an entry once, and no other change', async () => {
  await ask(api, MODE);
  await expect(client.query(`update audit set result = 'OTHER'`)).rejects.toThrow('append-only');
  await client.query(
    `insert into audit (at, via, address, action, details, result) values (now(), 'x', 'x', 'x', '{}', 'REQUESTED')`,
  );
  await expect(client.query(`update audit set action = 'y', result = 'DONE' where action = 'x'`)).rejects.toThrow();
  await expect(client.query(`delete from audit where action = 'x'`)).rejects.toThrow('append-only');
  await client.query(`update audit set result = 'DONE' where action = 'x'`);
  await expect(client.query(`update audit set result = 'REQUESTED' where action = 'x'`)).rejects.toThrow();
});

it('executes nothing that cannot be audited, except commands to a running script', async () => {
  const { id } = await startedRun();
  await client.query(`create function refuse_audit() returns trigger language plpgsql as $$
    begin raise exception 'refused'; end $$`);
  await client.query('create trigger refuse_audit before insert on audit for each row execute function refuse_audit()');
  expect((await ask(api, MODE)).errors?.[0]?.extensions.code).toBe('INTERNAL');
  const { rows } = await client.query(`select mode from sequencers where name = 'satp1'`);
  expect(rows).toEqual([{ mode: 'OFF' }]);
  expect((await ask(api, PAUSE, { id })).errors).toBeUndefined();
});

it('executes commands to a running script while the database is unreachable, and audits them later', async () => {
  const { id } = await startedRun();
  // Like a frozen server: writes to the audit log wait.
  await client.query('begin');
  await client.query('lock table audit, sequencers in access exclusive mode');
  for (const [query, within] of [
    [PAUSE, 3000],
    [STOP, 3000],
  ] as const) {
    const begun = performance.now();
    expect((await ask(api, query, { id })).errors).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(within);
  }
  await client.query('rollback');
  await until(async () => {
    expect([...(await results('pauseRun')), ...(await results('stopRun'))]).toEqual(['DONE', 'DONE']);
  });
});

it('records mutations that fail validation or coercion, up to a limit', async () => {
  const wrong: [query: string, variables: Record<string, unknown>][] = [
    ['mutation { setMode(sequencer: "satp1", mode: NO_SUCH_MODE) { name } }', {}],
    ['mutation { setMode(sequencer: "satp1") { name } }', {}],
    [
      'mutation ($mode: SequencerMode!) { setMode(sequencer: "satp1", mode: $mode) { name } }',
      { mode: 'NO_SUCH_MODE' },
    ],
    [
      `mutation { ${Array.from({ length: 40 }, (_, n) => `a${String(n)}: setMode(sequencer: "satp1", mode: OFF) { name }`).join(' ')} }`,
      {},
    ],
  ];
  for (const [query, variables] of wrong) expect((await ask(api, query, variables)).errors).toBeDefined();
  await until(async () => {
    expect(await results('setMode')).toEqual(wrong.map(() => 'BAD_INPUT'));
  });
  await ask(api, 'mutation { noSuchMutation }');
  await until(async () => {
    expect(await results('(not known)')).toEqual(['BAD_INPUT']);
  });
  for (let n = 0; n < 70; n++) await ask(api, 'mutation { noSuchMutation }');
  const { rows } = await client.query<{ count: number }>('select count(*)::int as count from audit');
  expect(rows[0]?.count).toBeLessThan(130);
});

it('names a run by its number, and a deleted one not at all', async () => {
  const { id } = await startedRun();
  await ask(api, PAUSE, { id });
  const read = async () =>
    (
      await ask<{ audit: { entries: { run: string | null; runNumber: number | null }[] } }>(
        api,
        '{ audit(filter: { action: "pauseRun" }) { entries { run runNumber } } }',
      )
    ).data.audit.entries;
  const [entry] = await read();
  expect(entry).toEqual({ run: id, runNumber: 1 });
  await api.close();
  await client.query('delete from runs where id = $1', [id]);
  api = await start(database);
  expect((await read())[0]).toEqual({ run: id, runNumber: null });
});
