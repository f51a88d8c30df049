/** The token of a run: without it, a runner can neither send events of the run nor receive anything about it. */
import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Api } from '../../src/server.ts';
import {
  TestRunner,
  ask,
  newDatabase,
  record,
  runTokens,
  start,
  submit,
  until,
} from '@sequencer/testing/api/running-api';

const SECRETS = { RUNNER_TOKENS: 'satp1:secret-of-satp1-0123,lat:secret-of-lat-0123456' };
const SATP1 = { token: 'secret-of-satp1-0123' };
const LAT = { token: 'secret-of-lat-0123456', sequencer: 'lat' };

let database: string;
let api: Api;
beforeEach(async () => {
  database = await newDatabase();
  api = await start(database, SECRETS);
});
afterEach(() => api.close());

async function stateOf(id: string): Promise<{ phase: string; lastSeq: number }> {
  const text = 'query ($id: ID!) { run(id: $id) { phase lastSeq } }';
  return (await ask<{ run: { phase: string; lastSeq: number } }>(api, text, { id })).data.run;
}

async function startedOn(runner: TestRunner, sequencer = 'satp1'): Promise<string> {
  const { id } = (await submit(api, { sequencer })).data.submitRun;
  await until(() => {
    expect(runner.started).toContain(id);
  });
  return id;
}

async function welcomed(runner: TestRunner): Promise<TestRunner> {
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  return runner;
}

const holding = (run: string, token?: string) => [{ run, lastSeq: 5, ended: false, ...(token ? { token } : {}) }];

describe('a runner without the token of a run', () => {
  it.each([
    ['none', () => ''],
    ['a guess', () => 'x'.repeat(43)],
    ['that of another run', (other: string) => runTokens.get(other) ?? ''],
    ['the secret of its runner', () => SATP1.token],
  ])('cannot write into it: %s', async (_what, tokenFor) => {
    const lat = await TestRunner.connect(api, [], LAT);
    const other = await startedOn(lat, 'lat');
    const runner = await TestRunner.connect(api, [], SATP1);
    const id = await startedOn(runner);
    const closed = runner.closed();
    runner.events(id, record(2), tokenFor(other));
    expect(await closed).toBe(4002);
    expect((await stateOf(id)).lastSeq).toBe(0);
  });

  it('cannot send events with the token, but the secret of another sequencer', async () => {
    const id = await startedOn(await TestRunner.connect(api, [], SATP1));
    const thief = await welcomed(await TestRunner.connect(api, holding(id), LAT));
    expect(thief.received[0]).toMatchObject({ runs: [{ run: id, acked: 0, forget: true }] });
    const closed = thief.closed();
    thief.events(id, record(2));
    expect(await closed).toBe(4002);
    expect((await stateOf(id)).lastSeq).toBe(0);
  });

  it('cannot connect while another runner has an active run, and gets nothing of the run', async () => {
    const runner = await TestRunner.connect(api, [], SATP1);
    const id = await startedOn(runner);
    runner.events(id, record(3).slice(0, 2));
    await until(() => {
      expect(runner.acked).toBe(2);
    });
    for (const runs of [[], holding(id, 'a-guess')]) {
      const thief = await TestRunner.connect(api, runs, SATP1);
      expect(await thief.closed()).toBe(4003);
      expect(thief.received).toEqual([]);
    }
    const pause = 'mutation ($id: ID!) { pauseRun(id: $id) { id } }';
    expect((await ask(api, pause, { id })).errors).toBeUndefined();
    expect(runner.received.at(-1)).toMatchObject({ command: { name: 'pause', run: id } });
    runner.events(id, record(3).slice(2));
    await until(async () => {
      expect(await stateOf(id)).toEqual({ phase: 'SUCCEEDED', lastSeq: 5 });
    });
  });
});

describe('a token', () => {
  it('is valid on a new connection, and after a restart of the API', async () => {
    const runner = await TestRunner.connect(api, [], SATP1);
    const id = await startedOn(runner);
    const events = record(8);
    runner.events(id, events.slice(0, 3));
    await until(() => {
      expect(runner.acked).toBe(3);
    });
    runner.leave();
    const again = await welcomed(await TestRunner.connect(api, holding(id), SATP1));
    expect(again.received[0]).toMatchObject({ runs: [{ run: id, acked: 3, forget: false }] });
    again.events(id, events.slice(3, 6));
    await until(() => {
      expect(again.acked).toBe(6);
    });
    await api.close();
    api = await start(database, SECRETS);
    const last = await welcomed(await TestRunner.connect(api, holding(id), SATP1));
    const closed = last.closed();
    last.events(id, events.slice(6), 'a-guess');
    expect(await closed).toBe(4002);
    const right = await welcomed(await TestRunner.connect(api, holding(id), SATP1));
    right.events(id, events.slice(6));
    await until(async () => {
      expect(await stateOf(id)).toEqual({ phase: 'SUCCEEDED', lastSeq: 10 });
    });
  });

  it('is invalid once its run has ended', async () => {
    const runner = await TestRunner.connect(api, [], SATP1);
    const id = await startedOn(runner);
    runner.events(id, record(1));
    // The end is shown before it is committed. Wait for the commit.
    await until(() => {
      expect(runner.acked).toBe(3);
    });
    const closed = runner.closed();
    runner.events(id, [{ seq: 4, at: '2026-11-24T04:00:00.000Z', type: 'output', stream: 'STDOUT', text: 'more' }]);
    expect(await closed).toBe(4002);
    const replay = await welcomed(await TestRunner.connect(api, holding(id), SATP1));
    expect(replay.received[0]).toMatchObject({ runs: [{ run: id, forget: true }] });
    const cut = replay.closed();
    replay.events(id, record(1));
    expect(await cut).toBe(4002);
    expect((await stateOf(id)).lastSeq).toBe(3);
  });

  it('is stored as a hash only', async () => {
    const id = await startedOn(await TestRunner.connect(api, [], SATP1));
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const { rows } = await client.query<{ run: string }>('select r::text as run from runs r where id = $1', [id]);
    await client.end();
    expect(rows[0]?.run).toContain(id);
    expect(rows[0]?.run).not.toContain(runTokens.get(id) ?? 'no token');
  });

  it('is not required from a runner of an earlier version', async () => {
    const runner = await TestRunner.connect(api, [], { ...SATP1, showsTokens: false });
    const id = await startedOn(runner);
    expect(runTokens.has(id)).toBe(false);
    runner.events(id, record(2));
    await until(async () => {
      expect((await stateOf(id)).phase).toBe('SUCCEEDED');
    });
  });
});

it('reads the secrets of runners from a file, accepts two during a rotation, and disconnects a runner with a revoked one', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'sequencer-secrets-')), 'runners');
  const lines = (...secrets: string[]) => {
    writeFileSync(file, secrets.map((secret) => `satp1:${secret}\n`).join(''));
  };
  lines('the-old-secret-0123');
  await api.close();
  api = await start(database, { RUNNER_TOKENS_FILE: file });
  const old = await welcomed(await TestRunner.connect(api, [], { token: 'the-old-secret-0123' }));
  const id = await startedOn(old);
  old.events(id, record(4).slice(0, 3));
  await until(() => {
    expect(old.acked).toBe(3);
  });
  lines('the-new-secret-45678', 'the-old-secret-0123');
  // Both are valid: the runner reconnects with the new one, and its run continues.
  let renewed: TestRunner | null = null;
  await vi.waitFor(
    async () => {
      renewed = await TestRunner.connect(api, holding(id), { token: 'the-new-secret-45678' });
      await vi.waitFor(() => {
        expect(renewed?.received[0]?.type).toBe('welcome');
      }, 1000);
    },
    { timeout: 15_000, interval: 200 },
  );
  const withOld = await welcomed(await TestRunner.connect(api, holding(id), { token: 'the-old-secret-0123' }));
  const sentAway = withOld.closed();
  lines('the-new-secret-45678');
  expect(await sentAway).toBe(4001);
  const last = await welcomed(await TestRunner.connect(api, holding(id), { token: 'the-new-secret-45678' }));
  last.events(id, record(4).slice(3));
  await until(async () => {
    expect((await stateOf(id)).phase).toBe('SUCCEEDED');
  });
  await expect(TestRunner.connect(api, [], { token: 'the-old-secret-0123' })).rejects.toThrow('401');
});
