/** The queue: order, modes, and the hold after a run that did not succeed. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, record, start, submit, until } from '@sequencer/testing/api/running-api';

let databaseUrl: string;
let api: Api;
let runner: TestRunner;
beforeEach(async () => {
  databaseUrl = await newDatabase();
  api = await start(databaseUrl);
  runner = await TestRunner.connect(api);
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
});
afterEach(() => api.close());

async function sequencer(): Promise<{
  mode: string;
  modeReason: string | null;
  activeRun: { id: string } | null;
  queue: { id: string }[];
}> {
  const { data } = await ask<{ sequencer: Awaited<ReturnType<typeof sequencer>> }>(
    api,
    '{ sequencer(name: "satp1") { mode modeReason activeRun { id } queue { id } } }',
  );
  return data.sequencer;
}
const id = async (input: Record<string, unknown> = {}) => (await submit(api, input)).data.submitRun.id;
const code = async (query: string, variables: Record<string, unknown>) =>
  (await ask(api, query, variables)).errors?.[0]?.extensions.code;

it('runs one at a time, in order', async () => {
  const first = await id();
  const second = await id();
  const third = await id();
  expect((await sequencer()).queue.map((run) => run.id)).toEqual([second, third]);
  await until(() => {
    expect(runner.started).toEqual([first]);
  });
  runner.events(first, record(0));
  await until(() => {
    expect(runner.started).toEqual([first, second]);
  });
});

it('starts no run after a failure', async () => {
  await ask(api, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  const first = await id();
  const second = await id();
  await until(() => {
    expect(runner.started).toEqual([first]);
  });
  runner.events(first, record(0, 'FAILED'));
  await until(async () => {
    expect(await sequencer()).toMatchObject({ mode: 'OFF', activeRun: null, queue: [{ id: second }] });
  });
  expect((await sequencer()).modeReason).toContain('run 1 failed');
  expect(runner.started).toEqual([first]);
  await ask(api, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  await until(() => {
    expect(runner.started).toEqual([first, second]);
  });
});

it('starts a run submitted after a failure was shown, also before the failure is stored', async () => {
  const first = await id();
  await until(() => {
    expect(runner.started).toEqual([first]);
  });
  const locker = new pg.Client({ connectionString: databaseUrl });
  await locker.connect();
  await locker.query("begin; select from sequencers where name = 'satp1' for update");
  runner.events(first, record(0, 'KILLED'));
  await until(async () => {
    const { data } = await ask<{ run: { phase: string } }>(api, 'query ($id: ID!) { run(id: $id) { phase } }', {
      id: first,
    });
    expect(data.run.phase).toBe('KILLED');
  });
  const second = id();
  await sleep(200);
  await locker.query('commit');
  await locker.end();
  const made = await second;
  await until(() => {
    expect(runner.started).toEqual([first, made]);
  });
});

it('starts a run with start QUEUED only when the mode allows it', async () => {
  const waiting = await id({ start: 'QUEUED' });
  expect((await sequencer()).queue).toEqual([{ id: waiting }]);
  expect(runner.started).toEqual([]);
  expect(await code('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id: waiting })).toBe(
    'RUN_NOT_STARTED',
  );
  await ask(api, 'mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: waiting });
  expect((await sequencer()).queue).toEqual([]);
  expect(await code('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: waiting })).toBe('RUN_FINISHED');
});

it('reports that a queued run waits for the active run and, in the mode Off, for the mode', async () => {
  const active = await id();
  await until(() => {
    expect(runner.started).toEqual([active]);
  });
  const run = await id({ start: 'QUEUED' });
  const query = 'query ($run: ID!) { run(id: $run) { reason } }';
  const reason = async () => (await ask<{ run: { reason: string } }>(api, query, { run })).data.run.reason;
  expect(await reason()).toMatch(/^Waiting for run \d+ to end\. The mode is Off\./);
  await ask(api, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  expect(await reason()).toMatch(/^Waiting for run \d+ to end\.$/);
});

it('moves a run in the queue', async () => {
  const ids = [await id({ start: 'QUEUED' }), await id({ start: 'QUEUED' }), await id({ start: 'QUEUED' })];
  await ask(api, 'mutation ($run: ID!) { moveInQueue(run: $run, position: 0) { name } }', { run: ids[2] });
  expect((await sequencer()).queue.map((run) => run.id)).toEqual([ids[2], ids[0], ids[1]]);
});

it('refuses to cancel or move a run that is no longer queued', async () => {
  const run = await id();
  await until(() => {
    expect(runner.started).toEqual([run]);
  });
  const cancel = 'mutation ($run: ID!) { cancelRun(id: $run) { id } }';
  const move = 'mutation ($run: ID!) { moveInQueue(run: $run, position: 0) { name } }';
  for (const query of [cancel, move]) expect(await code(query, { run })).toBe('RUN_STARTED');
  runner.events(run, record(0));
  await until(async () => {
    for (const query of [cancel, move]) expect(await code(query, { run })).toBe('RUN_FINISHED');
  });
});

it('creates one run for a repeated request', async () => {
  const requestId = 'the same press of a button';
  const [a, b] = await Promise.all([id({ requestId }), id({ requestId })]);
  expect(a).toBe(b);
  expect(await id({ requestId })).toBe(a);
  await until(() => {
    expect(runner.started).toEqual([a]);
  });
});

it('returns the errors of a runner', async () => {
  const run = await id();
  await until(() => {
    expect(runner.started).toEqual([run]);
  });
  runner.events(run, record(1).slice(0, 2));
  runner.answer = () => ({ ok: false, code: 'STALE_PROMPT', message: 'Somebody was faster.' });
  await until(async () => {
    const { errors } = await ask(api, 'mutation ($run: ID!) { pauseRun(id: $run) { id } }', { run });
    expect(errors?.[0]).toMatchObject({ message: 'Somebody was faster.', extensions: { code: 'STALE_PROMPT' } });
  });
  runner.leave();
  await until(async () => {
    expect(await code('mutation ($run: ID!) { pauseRun(id: $run) { id } }', { run })).toBe('RUNNER_AWAY');
  });
});

it('rejects a script that Python cannot compile, without creating a run', async () => {
  runner.answer = (command) =>
    command.name === 'check'
      ? { ok: true, result: [{ severity: 'error', line: 3, code: 'SYNTAX_ERROR', message: 'line 3: invalid syntax' }] }
      : { ok: true };
  const { errors } = await submit(api);
  expect(errors?.[0]).toMatchObject({ message: 'line 3: invalid syntax', extensions: { code: 'SYNTAX_ERROR' } });
  const { data } = await ask<{ runs: { edges: unknown[] } }>(api, '{ runs { edges { cursor } } }');
  expect(data.runs.edges).toEqual([]);
});

it('starts the next run after a script that the runner refused', async () => {
  await ask(api, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  const message = 'line 1: invalid syntax';
  runner.answer = ({ name }) =>
    name === 'start' && runner.started.length === 1 ? { ok: false, code: 'SYNTAX_ERROR', message } : { ok: true };
  const refused = await id();
  const next = await id();
  await until(() => {
    expect(runner.started).toEqual([refused, next]);
  });
  const { data } = await ask<{ run: object }>(api, 'query ($id: ID!) { run(id: $id) { phase reason } }', {
    id: refused,
  });
  expect(data.run).toEqual({ phase: 'FAILED', reason: message });
  expect((await sequencer()).mode).toBe('QUEUE');
});

it('pages and filters the history', async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; i++)
    made.push(await id({ start: 'QUEUED', title: i === 2 ? 'the moon' : `run ${String(i)}` }));
  const list = async (args: string) => {
    const { data } = await ask<{
      runs: { edges: { cursor: string; node: { id: string } }[]; pageInfo: { hasNextPage: boolean } };
    }>(api, `{ runs(${args}) { edges { cursor node { id } } pageInfo { hasNextPage } } }`);
    return {
      ids: data.runs.edges.map((edge) => edge.node.id),
      last: data.runs.edges.at(-1)?.cursor ?? '',
      more: data.runs.pageInfo.hasNextPage,
    };
  };
  const first = await list('first: 2');
  expect(first).toMatchObject({ ids: [made[4], made[3]], more: true });
  const rest = await list(`first: 10, after: "${first.last}"`);
  expect(rest).toMatchObject({ ids: [made[2], made[1], made[0]], more: false });
  expect((await list('first: 10, filter: { text: "MOON" }')).ids).toEqual([made[2]]);
  expect((await list('first: 10, filter: { text: "satp1/4" }')).ids).toEqual([made[3]]);
  expect((await list('first: 10, filter: { text: "100%" }')).ids).toEqual([]);
  expect((await list('first: 10, filter: { phases: [FAILED] }')).ids).toEqual([]);
});

it('names who moved a queued run last', async () => {
  const mover = async () =>
    (await ask<{ sequencer: { queueMovedBy: string | null } }>(api, '{ sequencer(name: "satp1") { queueMovedBy } }'))
      .data.sequencer.queueMovedBy;
  const [first] = [await id({ start: 'QUEUED' }), await id({ start: 'QUEUED' })];
  expect(await mover()).toBeNull();
  await ask(api, 'mutation ($run: ID!) { moveInQueue(run: $run, position: 1) { name } }', { run: first });
  await ask(api, 'mutation { setMode(sequencer: "satp1", mode: OFF) { name } }');
  expect(await mover()).toBe('tester');
});
