/** The mode SCHEDULER: pulls and runs schedules one after the other, until a person or a failure ends it. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { spawnApiProcess, type ApiProcess } from '@sequencer/testing/api/api-process';
import { TOKEN, TestRunner, ask, newDatabase, record, start, submit, until } from '@sequencer/testing/api/running-api';
import { startScheduler, type SchedulerProcess } from '@sequencer/testing/api/scheduler-process';
import type { Api } from '../../src/server.ts';

let scheduler: SchedulerProcess;
beforeAll(async () => {
  scheduler = await startScheduler();
});
afterAll(() => scheduler.stop());

let databaseUrl: string;
const stops: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  databaseUrl = await newDatabase();
});
afterEach(async () => {
  await scheduler.fault({ kind: 'none' });
  for (const stop of stops.splice(0).reverse()) await stop();
});

type Address = Pick<Api, 'url'>;

async function startApi(env: Record<string, string> = {}): Promise<Api> {
  const api = await start(databaseUrl, { SCHEDULER_URL: scheduler.url, SCHEDULER_LENGTH_MINUTES: '90', ...env });
  stops.push(() => api.close());
  return api;
}
async function connect(api: Address): Promise<TestRunner> {
  const runner = await TestRunner.connect(api);
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  return runner;
}
const setMode = (api: Address, mode = 'SCHEDULER') =>
  ask(api, 'mutation ($mode: SequencerMode!) { setMode(sequencer: "satp1", mode: $mode) { name } }', { mode });

interface Pull {
  automatic: boolean;
  state: string;
  message: string;
  from: string;
  to: string;
  run: { id: string; submittedBy: string; origin: string } | null;
}
interface State {
  mode: string;
  modeReason: string;
  activeRun: { id: string } | null;
  queue: { id: string }[];
  scheduler: { nextPullAt: string | null; failures: number; pulling: boolean; pulls: { entries: Pull[] } };
}
async function state(api: Address): Promise<State> {
  const query = `{ sequencer(name: "satp1") { mode modeReason activeRun { id } queue { id } scheduler { nextPullAt failures pulling
    pulls { entries { automatic state message from to run { id submittedBy origin } } } } } }`;
  return (await ask<{ sequencer: State }>(api, query)).data.sequencer;
}
/** Waits longer than the pauses between automatic pulls. */
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 50 });
const startedBy = (runner: TestRunner, count: number) =>
  eventually(() => {
    expect(runner.started).toHaveLength(count);
  });

it('pulls and runs one schedule after the other', { timeout: 120_000 }, async () => {
  const api = await startApi();
  const runner = await connect(api);
  const before = Date.now();
  await setMode(api);
  expect((await state(api)).modeReason).toBe('Set to Scheduler by tester.');
  await startedBy(runner, 1);
  const [first = ''] = runner.started;
  const { scheduler: during, activeRun } = await state(api);
  expect(activeRun?.id).toBe(first);
  expect(during).toMatchObject({ nextPullAt: null, failures: 0, pulling: false });
  const [pull] = during.pulls.entries;
  expect(pull).toMatchObject({
    automatic: true,
    state: 'DONE',
    run: { id: first, submittedBy: 'Scheduler', origin: 'SCHEDULER' },
  });
  // In whole minutes.
  expect(Date.parse(pull?.from ?? '') - before).toBeLessThan(70_000);
  expect(Date.parse(pull?.to ?? '') - Date.parse(pull?.from ?? '')).toBe(90 * 60_000);

  runner.events(first, record(1));
  await eventually(async () => {
    const { mode, scheduler: waiting } = await state(api);
    expect(mode).toBe('SCHEDULER');
    expect(waiting.nextPullAt).not.toBeNull();
  });
  await startedBy(runner, 2);
  const { scheduler: after, queue } = await state(api);
  expect(after.pulls.entries.map(({ run }) => run?.id)).toEqual([...runner.started].reverse());
  expect(queue).toEqual([]);
});

it('runs the queue first', async () => {
  const api = await startApi();
  const runner = await connect(api);
  const { data } = await submit(api, { start: 'QUEUED' });
  await setMode(api);
  await startedBy(runner, 1);
  expect(runner.started).toEqual([data.submitRun.id]);
  expect((await state(api)).scheduler.pulls.entries).toEqual([]);
  runner.events(data.submitRun.id, record(1));
  await startedBy(runner, 2);
  expect((await state(api)).scheduler.pulls.entries).toHaveLength(1);
});

it('passes over runs on hold, and ends a schedule when the window of a queued run opens', async () => {
  const api = await startApi();
  const runner = await connect(api);
  const onHold = (await submit(api, { start: 'QUEUED' })).data.submitRun.id;
  await ask(api, 'mutation ($id: ID!) { holdRun(id: $id) { id } }', { id: onHold });
  const opens = new Date(Date.now() + 3_600_000).toISOString();
  await submit(api, { start: 'QUEUED', window: { notBefore: opens } });
  await setMode(api);
  await startedBy(runner, 1);
  const { scheduler: now, queue } = await state(api);
  expect(now.pulls.entries).toMatchObject([{ automatic: true, to: opens }]);
  expect(queue).toHaveLength(2);
});

it('does not pull after a run that failed', async () => {
  const api = await startApi();
  const runner = await connect(api);
  await setMode(api);
  await startedBy(runner, 1);
  runner.events(runner.started[0] ?? '', record(1, 'FAILED'));
  await eventually(async () => {
    expect((await state(api)).mode).toBe('OFF');
  });
  const { modeReason, scheduler: now } = await state(api);
  expect(modeReason).toBe('Mode set to Off because run 1 failed.');
  expect(now).toMatchObject({ nextPullAt: null, pulling: false });
  expect(now.pulls.entries).toHaveLength(1);
});

it('waits while no runner is connected', async () => {
  const api = await startApi();
  await setMode(api);
  expect((await state(api)).scheduler).toMatchObject({ nextPullAt: null, pulling: false });
  const runner = await connect(api);
  await startedBy(runner, 1);
});

it('cancels the pull when the mode is changed', async () => {
  const api = await startApi();
  await connect(api);
  await scheduler.fault({ kind: 'none', delay: 100 });
  await setMode(api);
  await eventually(async () => {
    expect((await state(api)).scheduler.pulling).toBe(true);
  });
  await setMode(api, 'QUEUE');
  await eventually(async () => {
    expect((await state(api)).scheduler.pulls.entries[0]?.state).toBe('CANCELLED');
  });
  expect(await state(api)).toMatchObject({ mode: 'QUEUE', queue: [], activeRun: null });
});

it(
  'turns off after three failed pulls in a row, and counts from zero when it is set again',
  { timeout: 120_000 },
  async () => {
    const api = await startApi();
    await connect(api);
    await scheduler.fault({ kind: 'html', times: 3 });
    await setMode(api);
    await eventually(async () => {
      expect((await state(api)).scheduler.failures).toBe(1);
    });
    const { nextPullAt } = (await state(api)).scheduler;
    const wait = Date.parse(nextPullAt ?? '') - Date.now();
    expect(wait).toBeGreaterThan(5000);
    expect(wait).toBeLessThan(10_001);
    await eventually(async () => {
      expect((await state(api)).mode).toBe('OFF');
    });
    const { modeReason, scheduler: ended, queue } = await state(api);
    expect(modeReason).toBe(
      'Mode set to Off because 3 pulls from the scheduler failed in a row. ' +
        'The last one: The scheduler answered 502 with a page of HTML: "502 Bad Gateway".',
    );
    expect(ended.pulls.entries.map(({ state }) => state)).toEqual(['FAILED', 'FAILED', 'FAILED']);
    expect(queue).toEqual([]);
    await setMode(api);
    await eventually(async () => {
      expect((await state(api)).scheduler.pulls.entries[0]?.state).toBe('DONE');
    });
    expect((await state(api)).scheduler.failures).toBe(0);
  },
);

it('counts a script that the runner refuses as a failed pull', { timeout: 120_000 }, async () => {
  const api = await startApi();
  const runner = await connect(api);
  runner.answer = ({ name }) =>
    name === 'start'
      ? { ok: false, code: 'SYNTAX_ERROR', message: 'Line 3: invalid syntax.' }
      : name === 'check'
        ? { ok: true, result: [] }
        : { ok: true };
  await setMode(api);
  await eventually(async () => {
    expect((await state(api)).mode).toBe('OFF');
  });
  const { modeReason, scheduler: ended } = await state(api);
  expect(modeReason).toContain('3 pulls from the scheduler failed in a row. The last one: Line 3: invalid syntax.');
  expect(ended.pulls.entries).toHaveLength(3);
});

it('cannot be set without a scheduler', async () => {
  const api = await startApi({ SCHEDULER_URL: '' });
  expect((await setMode(api)).errors?.[0]?.extensions.code).toBe('SCHEDULER_NOT_SET');
  expect((await state(api)).mode).toBe('OFF');
});

it('continues after the API was killed between a pull and its run', { timeout: 120_000 }, async () => {
  const env = { DATABASE_URL: databaseUrl, RUNNER_TOKEN: TOKEN, SCHEDULER_URL: scheduler.url };
  const startProcess = async (): Promise<ApiProcess> => {
    const api = await spawnApiProcess(env);
    stops.push(() => ((api.process.exitCode ?? api.process.signalCode) === null ? api.kill() : Promise.resolve()));
    return api;
  };
  const client = new pg.Client({ connectionString: databaseUrl });
  const api = await startProcess();
  await client.connect();
  stops.push(() => client.end());
  const pullState = async () =>
    (await client.query<{ state: string }>('select state from scheduler_pulls order by number desc')).rows.map(
      ({ state }) => state,
    );
  await connect(api);
  await scheduler.fault({ kind: 'none', delay: 1 });
  await setMode(api);
  await eventually(async () => {
    expect(await pullState()).toEqual(['REQUESTED']);
  });
  await client.query('begin');
  await client.query('select from sequencers for no key update');
  await eventually(async () => {
    expect(await pullState()).toEqual(['ANSWERED']);
  });
  await api.kill();
  await client.query('rollback');

  const next = await startProcess();
  const runner = await connect(next);
  await startedBy(runner, 1);
  await eventually(async () => {
    expect(await pullState()).toEqual(['DONE']);
  });
  const { rows } = await client.query<{ id: string }>('select id from runs');
  expect(rows.map(({ id }) => id)).toEqual(runner.started);
  runner.events(rows[0]?.id ?? '', record(1));
  await startedBy(runner, 2);
  expect((await state(next)).mode).toBe('SCHEDULER');
});
