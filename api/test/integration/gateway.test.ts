/** Connections of runners: authentication, storage of events, and disconnects of either side. */
import { once } from 'node:events';
import fc from 'fast-check';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import {
  TestRunner,
  ask,
  newDatabase,
  record,
  start,
  submit,
  outputOf,
  phaseOf,
  startedRun,
  until,
} from '@sequencer/testing/api/running-api';

let database: string;
let api: Api;
beforeEach(async () => {
  database = await newDatabase();
  api = await start(database);
});
afterEach(() => api.close());

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${String(i)}\n`).join('');

it('responds with 401 to a wrong token, and closes with 4001 for a sequencer that is not configured', async () => {
  await expect(TestRunner.connect(api, [], { token: 'not-the-token-at-all' })).rejects.toThrow('401');
  const stranger = await TestRunner.connect(api, [], { sequencer: 'nowhere' });
  expect(await stranger.closed()).toBe(4001);
});

it('closes with 4002 for an invalid message, and for a gap', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const events = record(3);
  runner.events(id, events.slice(0, 2));
  runner.events(id, events.slice(3));
  expect(await runner.closed()).toBe(4002);
  const other = await TestRunner.connect(api, [{ run: id, lastSeq: 5, ended: true }]);
  other.raw('{"type":7}');
  expect(await other.closed()).toBe(4002);
});

it('replaces a connection with a newer one', async () => {
  const first = await TestRunner.connect(api);
  await until(() => {
    expect(first.received[0]?.type).toBe('welcome');
  });
  const closed = first.closed();
  await TestRunner.connect(api);
  expect(await closed).toBe(4003);
});

it('stores duplicates once, and acknowledges after the commit', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const events = record(20);
  runner.events(id, events.slice(0, 12));
  runner.events(id, events.slice(5));
  await until(() => {
    expect(runner.acked).toBe(22);
  });
  expect(await phaseOf(api, id)).toBe('SUCCEEDED');
  expect(await outputOf(api, id)).toBe(lines(20));
});

it('does not start a run twice, and starts it again when the command cannot have arrived', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  runner.leave();
  const again = await TestRunner.connect(api);
  await until(() => {
    expect(again.started).toEqual([id]);
  });
  again.leave();
  const holder = await TestRunner.connect(api, [{ run: id, lastSeq: 1, ended: false }]);
  await until(() => {
    expect(holder.received[0]?.type).toBe('welcome');
  });
  holder.events(id, record(0));
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('SUCCEEDED');
  });
  expect(holder.started).toEqual([]);
});

it('ends a run as LOST when the runner reconnects without its record', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  runner.events(id, record(3).slice(0, 2));
  await until(() => {
    expect(runner.acked).toBe(2);
  });
  runner.leave();
  await TestRunner.connect(api);
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('LOST');
  });
});

it('records an invalid event, and continues', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const events = record(1);
  events[1] = { seq: 2, at: '2026-11-24T04:00:00.000Z', type: 'line', line: 'seven' };
  runner.events(id, events);
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('SUCCEEDED');
  });
  const { data } = await ask<{ run: { events: { type: string }[] } }>(
    api,
    'query ($id: ID!) { run(id: $id) { events { type } } }',
    { id },
  );
  expect(data.run.events.map((event) => event.type)).toEqual(['started', 'line', 'ended']);
});

it('loses and duplicates no event, wherever connections fail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 42 }), { maxLength: 4 }), async (breaks) => {
      let runner = await TestRunner.connect(api);
      const id = await startedRun(api, runner);
      const events = record(40);
      for (const last of breaks) {
        // It sends events after the last acknowledged one, up to some point, and its connection fails.
        runner.events(id, events.slice(Math.min(runner.acked, last - 1), last));
        runner.leave();
        runner = await TestRunner.connect(api, [{ run: id, lastSeq: 42, ended: true }]);
        await until(() => {
          expect(runner.received[0]?.type).toBe('welcome');
        });
        const [welcome] = runner.received;
        if (welcome?.type === 'welcome' && welcome.runs[0]?.forget === true) break;
        const acked = welcome?.type === 'welcome' ? (welcome.runs[0]?.acked ?? 0) : 0;
        if (acked > 0) expect(acked).toBeLessThanOrEqual(42);
      }
      const [welcome] = runner.received;
      const known = welcome?.type === 'welcome' ? welcome.runs[0] : undefined;
      if (known?.forget !== true) runner.events(id, events.slice(known?.acked ?? 0));
      await until(async () => {
        expect(await phaseOf(api, id)).toBe('SUCCEEDED');
      });
      expect(await outputOf(api, id)).toBe(lines(40));
      runner.leave();
    }),
    { numRuns: 8 },
  );
});

it('continues from the stored events after a restart of the API', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const events = record(10);
  runner.events(id, events.slice(0, 6));
  await until(() => {
    expect(runner.acked).toBe(6);
  });
  const closed = runner.closed();
  await api.close();
  expect(await closed).toBe(1012);
  api = await start(database);
  expect(await phaseOf(api, id)).toBe('RUNNING');
  const again = await TestRunner.connect(api, [{ run: id, lastSeq: 12, ended: true }]);
  await until(() => {
    expect(again.received[0]).toMatchObject({ type: 'welcome', runs: [{ run: id, acked: 6, forget: false }] });
  });
  again.events(id, events.slice(6));
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('SUCCEEDED');
  });
  expect(await outputOf(api, id)).toBe(lines(10));
});

it('acknowledges only stored events after a crash, also when more arrived during the last commit', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const events = record(10);
  const locker = new pg.Client({ connectionString: database });
  await locker.connect();
  await locker.query('begin; lock table events in exclusive mode');
  runner.events(id, events.slice(0, 1));
  await until(async () => {
    const { rowCount } = await locker.query("select from pg_locks where relation = 'events'::regclass and not granted");
    expect(rowCount).toBe(1);
  });
  runner.events(id, events.slice(1, 6));
  await until(async () => {
    expect(await outputOf(api, id)).toBe(lines(5));
  });
  // PostgreSQL grants locks in the order of the requests: the commit in progress ends, and the next one waits.
  await locker.query('rollback');
  await locker.query('begin; lock table events in exclusive mode');
  const afterCrash = await start(database);
  const again = await TestRunner.connect(afterCrash, [{ run: id, lastSeq: 6, ended: false }]);
  await until(() => {
    expect(again.received[0]).toMatchObject({ type: 'welcome', runs: [{ run: id, acked: 1, forget: false }] });
  });
  await locker.query('rollback');
  await locker.end();
  await afterCrash.close();
});

it('sends stored events and then uncommitted ones to a late subscriber', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const events = record(10);
  runner.events(id, events.slice(0, 6));
  await until(() => {
    expect(runner.acked).toBe(6);
  });
  await api.close();
  api = await start(database);
  const again = await TestRunner.connect(api, [{ run: id, lastSeq: 12, ended: true }]);
  await until(() => {
    expect(again.received[0]?.type).toBe('welcome');
  });
  const locker = new pg.Client({ connectionString: database });
  await locker.connect();
  await locker.query('begin; lock table events in exclusive mode');
  again.events(id, events.slice(6));
  await until(async () => {
    expect(await outputOf(api, id)).toBe(lines(10));
  });
  expect(again.acked).toBe(0);
  await locker.query('rollback');
  await locker.end();
  await until(() => {
    expect(again.acked).toBe(12);
  });
});

it('recovers when all database connections are cut', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const events = record(10);
  runner.events(id, events.slice(0, 5));
  const admin = new pg.Client({ connectionString: database });
  await admin.connect();
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sequencer-api'");
  await admin.end();
  runner.events(id, events.slice(5));
  await until(() => {
    expect(runner.acked).toBe(12);
  });
  await until(async () => {
    expect(await outputOf(api, id)).toBe(lines(10));
  });
});

it('rejects other sites, other hosts, other methods, and other content types', async () => {
  const body = JSON.stringify({ query: '{ me { name } }' });
  const send = async (headers: Record<string, string>, method = 'POST') =>
    (await fetch(`${api.url}/graphql`, { method, headers, ...(method === 'POST' ? { body } : {}) })).status;
  const json = { 'content-type': 'application/json' };
  expect(await send(json)).toBe(200);
  expect(await send({ ...json, origin: 'http://evil.example' })).toBe(403);
  expect(await send({ ...json, origin: 'null' })).toBe(403);
  expect(await send({ 'content-type': 'text/plain' })).toBe(415);
  expect(await send({ 'content-type': 'application/x-www-form-urlencoded' })).toBe(415);
  expect(await send({}, 'GET')).toBe(405);
  const { request } = await import('node:http');
  const rebound = request(`${api.url}/graphql`, { method: 'POST', headers: { ...json, host: 'evil.example' } });
  rebound.end();
  const [response] = (await once(rebound, 'response')) as [{ statusCode: number }];
  expect(response.statusCode).toBe(421);
});

it('rejects queries that are too deep, too large or unknown, each with its code', async () => {
  const deep = `{ sequencers { ${'activeRun { sequencer { '.repeat(10)} name ${'} }'.repeat(10)} } }`;
  const code = async (query: string, variables = {}) => (await ask(api, query, variables)).errors?.[0]?.extensions.code;
  expect(await code(deep)).toBe('TOO_COMPLEX');
  expect(await code('{ nothing }')).toBe('BAD_INPUT');
  expect(await code('{ runs(first: 500) { edges { cursor } } }')).toBe('BAD_INPUT');
  expect(await code('{ runs(after: "x") { edges { cursor } } }')).toBe('BAD_INPUT');
  const refused = async (input: Record<string, unknown>) => (await submit(api, input)).errors?.[0]?.extensions.code;
  expect(await refused({ script: 'x'.repeat(512 * 1024 + 1) })).toBe('SCRIPT_TOO_LARGE');
  expect(await refused({ script: 'a\0b' })).toBe('SCRIPT_NOT_TEXT');
  expect(await refused({ sequencer: 'nowhere' })).toBe('UNKNOWN_SEQUENCER');
  expect(await refused({ title: 'x'.repeat(300) })).toBe('BAD_INPUT');
});
