/** Pulls from the simulated scheduler: each answer, each action, and the death of the API in between. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { spawnApiProcess, type ApiProcess } from '@sequencer/testing/api/api-process';
import { Browser, usersFile } from '@sequencer/testing/api/browser';
import { TOKEN, TestRunner, ask, newDatabase, start, until } from '@sequencer/testing/api/running-api';
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

async function startApi(env: Record<string, string> = {}): Promise<Api> {
  const api = await start(databaseUrl, { SCHEDULER_URL: scheduler.url, ...env });
  stops.push(() => api.close());
  return api;
}

async function connectRunner(api: Pick<Api, 'url'>): Promise<TestRunner> {
  const runner = await TestRunner.connect(api);
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  return runner;
}

interface Pull {
  ok: boolean;
  state: string;
  message: string | null;
  seconds: number;
  script: string | null;
  by: string | null;
  policy: string;
  run: { id: string; phase: string; title: string; submittedBy: string } | null;
}
const FIELDS = 'ok state message seconds script by policy run { id phase title submittedBy }';
const NIGHT = { from: '2036-06-01T22:00:00Z', to: '2036-06-02T10:00:00Z' };

const PULL = `mutation ($from: DateTime!, $to: DateTime!, $policy: String, $then: PullAction!) {
  pullSchedule(sequencer: "satp1", from: $from, to: $to, policy: $policy, then: $then) { ${FIELDS} } }`;
const pull = (api: Pick<Api, 'url'>, then: string, more: Record<string, unknown> = {}) =>
  ask<{ pullSchedule: Pull }>(api, PULL, { ...NIGHT, then, ...more });
const pulled = async (...args: Parameters<typeof pull>) => (await pull(...args)).data.pullSchedule;

interface State {
  scheduler: { pulling: boolean; lastPull: Pull | null; pulls: { entries: Pull[]; endCursor: string | null } };
  activeRun: { id: string } | null;
  queue: { id: string }[];
}
async function state(api: Pick<Api, 'url'>): Promise<State> {
  const query = `{ sequencer(name: "satp1") { activeRun { id } queue { id }
    scheduler { pulling lastPull { ${FIELDS} } pulls(first: 2) { entries { ${FIELDS} } endCursor } } } }`;
  return (await ask<{ sequencer: State }>(api, query)).data.sequencer;
}

it('pulls into a draft, the queue, and a run', async () => {
  const api = await startApi({ SCHEDULER_POLICY: '{"policy": "rest", "preset": "rest.{sequencer}"}' });
  await connectRunner(api);
  const draft = await pulled(api, 'DRAFT');
  expect(draft).toMatchObject({ ok: true, state: 'DONE', message: 'Success', by: 'tester', run: null });
  expect(draft.policy).toBe('{"policy": "rest", "preset": "rest.satp1"}');
  expect(draft.script).toContain("'daq-satp1-sequencer'");
  expect((await state(api)).queue).toEqual([]);

  const queued = await pulled(api, 'QUEUE', { policy: '{"policy": "dummy"}' });
  const title = 'Schedule 2036-06-01 22:00 to 2036-06-02 10:00 UTC';
  expect(queued.run).toMatchObject({ phase: 'QUEUED', title, submittedBy: 'tester' });
  const run = await pulled(api, 'RUN');
  expect(run.run?.phase).toBe('STARTING');

  const { scheduler: record, activeRun, queue } = await state(api);
  expect([activeRun?.id, queue.map(({ id }) => id)]).toEqual([run.run?.id, [queued.run?.id]]);
  expect(record.pulling).toBe(false);
  expect(record.pulls.entries.map((entry) => entry.run?.id)).toEqual([run.run?.id, queued.run?.id]);
  const more = await ask<{ sequencer: State }>(
    api,
    `query ($after: String) { sequencer(name: "satp1") { scheduler { pulls(after: $after) { entries { script } } } } }`,
    { after: record.pulls.endCursor },
  );
  expect(more.data.sequencer.scheduler.pulls.entries).toEqual([{ script: draft.script }]);
});

it.each([
  ['bad-request', 'The scheduler answered 400: "Simulated bad request".'],
  ['error', 'The scheduler answered 500: "Error: simulated failure".'],
  ['html', 'The scheduler answered 502 with a page of HTML: "502 Bad Gateway".'],
  ['large', 'The answer of the scheduler exceeds 2 MB. It was not read to its end.'],
  [
    'not-json',
    'The scheduler answered 200 with JSON that is not a schedule: "{"status": "ok", "commands": "import ti"',
  ],
  ['empty', 'The scheduler answered 200 without a script.'],
  ['redirect', 'The scheduler answered 302 with a redirect to http://sign-in.example, which is not followed.'],
  ['hang-up', 'closed the connection without an answer.'],
])('records a pull that fails: %s', async (kind, message) => {
  const api = await startApi();
  await scheduler.fault({ kind, times: 1 });
  const failed = await pulled(api, 'RUN');
  expect(failed).toMatchObject({ ok: false, state: 'FAILED', run: null, script: null });
  expect(failed.message).toContain(message);
  expect((await state(api)).scheduler.lastPull).toMatchObject({ ok: false, message: failed.message });
  expect((await pulled(api, 'QUEUE')).ok).toBe(true);
});

it('makes no run of a script that Python cannot compile', async () => {
  const api = await startApi();
  const runner = await connectRunner(api);
  const finding = {
    severity: 'error',
    line: 2,
    column: 1,
    code: 'SYNTAX_ERROR',
    message: "Line 2: '(' was never closed",
  };
  runner.answer = ({ name }) => (name === 'check' ? { ok: true, result: [finding] } : { ok: true });
  await scheduler.fault({ kind: 'not-python', times: 1 });
  const failed = await pulled(api, 'RUN');
  expect(failed).toMatchObject({ state: 'FAILED', run: null });
  expect(failed.message).toContain("Line 2: '(' was never closed");
  expect(failed.script).toContain('run.seq.scan(');
});

it('previews without a record, and ends when the caller disconnects', async () => {
  const api = await startApi();
  const query = `query ($policy: String) { schedulerPreview(sequencer: "satp1", from: "${NIGHT.from}", to: "${NIGHT.to}",
    policy: $policy) { id ok state message seconds script by run { id } } }`;
  const preview = await ask<{ schedulerPreview: Pull }>(api, query, { policy: null });
  expect(preview.data.schedulerPreview).toMatchObject({ id: null, ok: true, state: 'DONE', by: null, run: null });
  const policy = JSON.stringify({ policy: 'dummy', config: { delay: 100 } });
  const gone = new AbortController();
  const waiting = Array.from({ length: 8 }, () =>
    fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { policy } }),
      signal: gone.signal,
    }).catch(() => undefined),
  );
  await until(async () => {
    expect((await ask(api, query)).errors?.[0]?.extensions.code).toBe('TOO_MANY');
  });
  gone.abort();
  await Promise.all(waiting);
  await until(async () => {
    expect((await ask(api, query)).errors).toBeUndefined();
  });
  expect((await state(api)).scheduler.lastPull).toBeNull();
});

it('pulls once at a time, and cancels', async () => {
  const api = await startApi();
  const policy = JSON.stringify({ policy: 'dummy', config: { delay: 100 } });
  const first = pulled(api, 'RUN', { policy });
  await until(async () => {
    expect((await state(api)).scheduler.pulling).toBe(true);
  });
  expect((await pull(api, 'RUN')).errors?.[0]?.extensions.code).toBe('PULL_IN_PROGRESS');
  await ask(api, 'mutation { cancelPull(sequencer: "satp1") { name } }');
  expect(await first).toMatchObject({ ok: false, state: 'CANCELLED', message: 'The pull was cancelled.' });
  expect((await pulled(api, 'DRAFT')).ok).toBe(true);
});

it('ends a pull at the timeout of the settings', async () => {
  const api = await startApi();
  await ask(api, 'mutation { setSchedulerSettings(sequencer: "satp1", settings: { timeoutSeconds: 1 }) { name } }');
  const slow = await pulled(api, 'RUN', { policy: JSON.stringify({ policy: 'dummy', config: { delay: 100 } }) });
  expect(slow).toMatchObject({ state: 'FAILED', message: 'The scheduler did not answer within 1 s.' });
});

const SETTINGS = 'url header policy lengthMinutes timeoutSeconds leadMinutes';
const setting = (settings: string) =>
  `mutation { setSchedulerSettings(sequencer: "satp1", settings: { ${settings} }) { scheduler { settings { ${SETTINGS} } } } }`;

it('lets operators set the policy and the lengths, and only admins the URL and the header', async () => {
  const api = await startApi({
    AUTH: 'password',
    SHARED_UNIX_USER: 'no',
    USERS_FILE: await usersFile('ada:admin', 'olga:operator', 'vera:viewer'),
    SCHEDULER_HEADERS: 'site: Authorization: Bearer hunter2',
  });
  const ada = await Browser.signedIn(api, 'ada');
  const olga = await Browser.signedIn(api, 'olga');
  const vera = await Browser.signedIn(api, 'vera');
  const code = (browser: Browser, settings: string) => browser.code(setting(settings));
  expect(await code(vera, 'lengthMinutes: 60')).toBe('FORBIDDEN');
  expect(await code(olga, 'lengthMinutes: 60, leadMinutes: 2')).toBeNull();
  expect(await code(olga, 'url: "http://127.0.0.1/"')).toBe('FORBIDDEN');
  expect(await code(olga, 'header: "site"')).toBe('FORBIDDEN');
  expect(await code(olga, `url: "${scheduler.url}", timeoutSeconds: 30`)).toBeNull();
  expect(await code(ada, 'header: "else"')).toBe('BAD_INPUT');
  expect(await code(ada, 'url: "http://169.254.169.254/"')).toBe('BAD_INPUT');
  expect(await code(ada, 'policy: "dummy"')).toBe('BAD_INPUT');
  expect(await code(ada, 'lengthMinutes: 0')).toBe('BAD_INPUT');
  const answer = await ada.ask(setting('url: "http://127.0.0.1:9/", header: "site"'));
  expect(answer.data).toEqual({
    setSchedulerSettings: {
      scheduler: {
        settings: {
          ...{ url: 'http://127.0.0.1:9/', header: 'site', policy: '{"policy": "dummy", "config": {}}' },
          ...{ lengthMinutes: 60, timeoutSeconds: 30, leadMinutes: 2 },
        },
      },
    },
  });
  expect(JSON.stringify(answer)).not.toContain('hunter2');
});

it('requires a URL, and a period of at most 31 days', async () => {
  const api = await startApi({ SCHEDULER_URL: '' });
  expect((await pull(api, 'RUN')).errors?.[0]?.extensions.code).toBe('SCHEDULER_NOT_SET');
  for (const to of [NIGHT.from, '2037-01-01T00:00:00Z']) {
    expect((await pull(api, 'RUN', { to })).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  }
});

/** An API process that can be killed, and connections that hold locks. */
async function killable() {
  const env = { DATABASE_URL: databaseUrl, RUNNER_TOKEN: TOKEN, SCHEDULER_URL: scheduler.url };
  const startProcess = async (): Promise<ApiProcess> => {
    const api = await spawnApiProcess(env);
    stops.push(() => ((api.process.exitCode ?? api.process.signalCode) === null ? api.kill() : Promise.resolve()));
    return api;
  };
  const client = async () => {
    const made = new pg.Client({ connectionString: databaseUrl });
    await made.connect();
    stops.push(() => made.end());
    return made;
  };
  const [api, reader, lock] = [await startProcess(), await client(), await client()];
  const stateOf = async () =>
    (await reader.query<{ state: string }>('select state from scheduler_pulls')).rows[0]?.state;
  const runs = async () => (await reader.query<{ request_id: string }>('select request_id from runs')).rows;
  return { api, startProcess, client, stateOf, runs, lock };
}
const SLOW = { policy: JSON.stringify({ policy: 'dummy', config: { delay: 1 } }) };

it('marks a pull as interrupted when the API dies before the answer', { timeout: 120_000 }, async () => {
  const { api, startProcess, stateOf, runs } = await killable();
  const lost = pull(api, 'RUN', { policy: JSON.stringify({ policy: 'dummy', config: { delay: 100 } }) }).catch(
    () => null,
  );
  await until(async () => {
    expect(await stateOf()).toBe('REQUESTED');
  });
  await api.kill();
  await lost;
  const next = await startProcess();
  await until(async () => {
    expect(await stateOf()).toBe('INTERRUPTED');
  });
  expect((await state(next)).scheduler.lastPull?.message).toBe('The API stopped before the scheduler answered.');
  expect(await runs()).toEqual([]);
});

it('makes the run of an answered pull after the API died before it', { timeout: 120_000 }, async () => {
  const { api, startProcess, stateOf, runs, lock } = await killable();
  const lost = pull(api, 'QUEUE', SLOW).catch(() => null);
  await until(async () => {
    expect(await stateOf()).toBe('REQUESTED');
  });
  await lock.query('begin; select from sequencers for no key update');
  await until(async () => {
    expect(await stateOf()).toBe('ANSWERED');
  });
  await api.kill();
  await lost;
  await lock.query('rollback');
  expect(await runs()).toEqual([]);
  const next = await startProcess();
  await until(async () => {
    expect(await stateOf()).toBe('DONE');
  });
  const made = await runs();
  expect(made).toHaveLength(1);
  expect((await state(next)).queue).toHaveLength(1);
});

it('makes no second run after the API died between the run and the end of the pull', { timeout: 120_000 }, async () => {
  const { api, startProcess, client, stateOf, runs, lock } = await killable();
  const lost = pull(api, 'QUEUE', SLOW).catch(() => null);
  await until(async () => {
    expect(await stateOf()).toBe('REQUESTED');
  });
  await lock.query('begin; select from sequencers for no key update');
  await until(async () => {
    expect(await stateOf()).toBe('ANSWERED');
  });
  const second = await client();
  await second.query('begin; select from scheduler_pulls for update');
  await lock.query('rollback');
  await until(async () => {
    expect(await runs()).toHaveLength(1);
  });
  await api.kill();
  await lost;
  // The server does not notice that a client is gone while a statement of it waits for a lock, and would carry it out.
  const waiting = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await until(async () => {
    expect((await second.query(`select pg_terminate_backend(pid) ${waiting}`)).rowCount).toBe(0);
  });
  await second.query('rollback');
  expect(await stateOf()).toBe('ANSWERED');
  const next = await startProcess();
  await until(async () => {
    expect(await stateOf()).toBe('DONE');
  });
  const [run] = (await state(next)).queue;
  expect((await state(next)).scheduler.lastPull?.run?.id).toBe(run?.id);
  expect(await runs()).toHaveLength(1);
});
