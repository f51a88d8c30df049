/** Runs on hold, and windows: what the queue skips, starts and cancels. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import {
  TestRunner,
  ask,
  newDatabase,
  phaseOf,
  record,
  start,
  submit,
  until,
} from '@sequencer/testing/api/running-api';

let databaseUrl: string;
let api: Api;
let runner: TestRunner;
beforeEach(async () => {
  databaseUrl = await newDatabase();
  api = await start(databaseUrl);
  await connect();
});
afterEach(() => api.close());

async function connect(): Promise<void> {
  runner = await TestRunner.connect(api);
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
}

async function disconnect(): Promise<void> {
  runner.leave();
  await until(async () => {
    const { data } = await ask<{ sequencer: { runner: { connected: boolean } } }>(
      api,
      '{ sequencer(name: "satp1") { runner { connected } } }',
    );
    expect(data.sequencer.runner.connected).toBe(false);
  });
}

const queued = async (input: Record<string, unknown> = {}) =>
  (await submit(api, { start: 'QUEUED', ...input })).data.submitRun.id;
const code = async (query: string, variables: Record<string, unknown>) =>
  (await ask(api, query, variables)).errors?.[0]?.extensions.code;
const setMode = (mode: string) => ask(api, `mutation { setMode(sequencer: "satp1", mode: ${mode}) { name } }`);
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const HOLD = 'mutation ($id: ID!, $reason: String) { holdRun(id: $id, reason: $reason) { phase reason } }';
const RELEASE = 'mutation ($id: ID!) { releaseRun(id: $id) { phase } }';

interface PlannedRun {
  phase: string;
  reason: string | null;
  finishedAt: string | null;
  window: { notBefore: string | null; notAfter: string | null } | null;
  onHold: { by: string; reason: string | null; since: string } | null;
}

async function read(id: string): Promise<PlannedRun> {
  const { data } = await ask<{ run: PlannedRun }>(
    api,
    `query ($id: ID!) { run(id: $id) {
      phase reason finishedAt window { notBefore notAfter } onHold { by reason since }
    } }`,
    { id },
  );
  return data.run;
}

it('skips a run on hold until it is released, and reports who held it and why', async () => {
  const first = await queued();
  const second = await queued();
  await ask(api, HOLD, { id: first, reason: ' wind  above 15 m/s ' });
  expect(await read(first)).toMatchObject({
    reason: 'On hold: wind above 15 m/s (tester).',
    onHold: { by: 'tester', reason: 'wind above 15 m/s' },
  });
  await setMode('QUEUE');
  await until(() => {
    expect(runner.started).toEqual([second]);
  });
  runner.events(second, record(0));
  await until(async () => {
    expect(await phaseOf(api, second)).toBe('SUCCEEDED');
  });
  expect(await phaseOf(api, first)).toBe('QUEUED');
  await ask(api, RELEASE, { id: first });
  await until(() => {
    expect(runner.started).toEqual([second, first]);
  });
  expect((await read(first)).onHold).toBeNull();
  const { data } = await ask<{ audit: { entries: { action: string; run: string; details: string }[] } }>(
    api,
    '{ audit(first: 10) { entries { action run details } } }',
  );
  const actions = data.audit.entries.filter(({ run }) => run === first).map(({ action }) => action);
  expect(actions).toEqual(['releaseRun', 'holdRun']);
});

it('holds a run also without a reason, and refuses to hold or release a started one', async () => {
  const run = await queued();
  await ask(api, HOLD, { id: run });
  expect((await read(run)).reason).toBe('On hold (tester).');
  expect(await code(HOLD, { id: run, reason: 'x'.repeat(501) })).toBe('BAD_INPUT');
  await ask(api, RELEASE, { id: run });
  await setMode('QUEUE');
  await until(() => {
    expect(runner.started).toEqual([run]);
  });
  expect(await code(HOLD, { id: run })).toBe('RUN_STARTED');
  expect(await code(RELEASE, { id: run })).toBe('RUN_STARTED');
  expect(await code(HOLD, { id: '00000000-0000-4000-8000-000000000000' })).toBe('UNKNOWN_RUN');
});

it('holds a run that was to start in any mode', async () => {
  await disconnect();
  const run = await queued({ start: 'RUNNING' });
  await ask(api, HOLD, { id: run });
  await connect();
  const next = await queued({ start: 'RUNNING' });
  await until(() => {
    expect(runner.started).toEqual([next]);
  });
  expect(await phaseOf(api, run)).toBe('QUEUED');
});

it('starts a run when its window opens, and does not let it block the others', async () => {
  const notBefore = inMs(1500);
  const early = await queued({ window: { notBefore } });
  const other = await queued();
  expect(await read(early)).toMatchObject({ window: { notBefore, notAfter: null } });
  await setMode('QUEUE');
  await until(() => {
    expect(runner.started).toEqual([other]);
  });
  runner.events(other, record(0));
  await until(async () => {
    expect((await read(early)).reason).toMatch(/^Not before \d\d:\d\d UTC\.$|^Not before [\d-]+ /);
  });
  await until(() => {
    expect(runner.started).toEqual([other, early]);
  });
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(notBefore));
});

it('starts a run when its window opens after a restart of the API', async () => {
  await setMode('QUEUE');
  const run = await queued({ window: { notBefore: inMs(4000), notAfter: inMs(60_000) } });
  runner.leave();
  await api.close();
  api = await start(databaseUrl);
  await connect();
  expect(runner.started).toEqual([]);
  await until(() => {
    expect(runner.started).toEqual([run]);
  });
});

it('cancels a run when its turn comes after its window, and starts the next one', async () => {
  await setMode('QUEUE');
  const active = await queued();
  await until(() => {
    expect(runner.started).toEqual([active]);
  });
  const notAfter = inMs(2000);
  const late = await queued({ window: { notAfter } });
  const next = await queued();
  await until(() => {
    expect(Date.now()).toBeGreaterThan(Date.parse(notAfter));
  });
  expect(await phaseOf(api, late)).toBe('QUEUED');
  runner.events(active, record(0));
  await until(() => {
    expect(runner.started).toEqual([active, next]);
  });
  const { phase, reason, finishedAt } = await read(late);
  expect(phase).toBe('CANCELLED');
  expect(reason).toContain(`${notAfter.slice(11, 16)} UTC.`);
  expect(reason).toMatch(/^Expired: not started by /);
  expect(finishedAt).not.toBeNull();
});

it('cancels an expired run also while no runner is connected, and while the API does not run', async () => {
  await disconnect();
  await setMode('QUEUE');
  const first = await queued({ window: { notAfter: inMs(2000) } });
  await until(async () => {
    expect(await phaseOf(api, first)).toBe('CANCELLED');
  });
  const notAfter = inMs(2000);
  const second = await queued({ window: { notAfter } });
  await api.close();
  await until(() => {
    expect(Date.now()).toBeGreaterThan(Date.parse(notAfter));
  });
  api = await start(databaseUrl);
  await until(async () => {
    expect(await phaseOf(api, second)).toBe('CANCELLED');
  });
});

it('keeps the window of a run that the mode Off keeps in the queue', async () => {
  const notAfter = inMs(2000);
  const run = await queued({ window: { notAfter } });
  await until(async () => {
    expect((await read(run)).reason).toContain('Its window ended at');
  });
  expect(await phaseOf(api, run)).toBe('QUEUED');
  await setMode('QUEUE');
  await until(async () => {
    expect(await phaseOf(api, run)).toBe('CANCELLED');
  });
  expect(runner.started).toEqual([]);
});

it('refuses a window that has ended, or that ends before it opens', async () => {
  const windows = [{ notAfter: inMs(-1) }, { notBefore: inMs(60_000), notAfter: inMs(30_000) }];
  for (const window of windows) {
    const { errors } = await submit(api, { window });
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' } });
    expect(errors?.[0]?.message).toMatch(/^window: notAfter /);
  }
});
