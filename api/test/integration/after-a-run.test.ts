/** What follows a run: its time limit, the next run after a failure, and why the mode was changed. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { startRunner } from '@sequencer/testing/api/real-runner';
import {
  TestRunner,
  ask,
  newDatabase,
  outputOf,
  phaseOf,
  record,
  start,
  submit,
  until,
} from '@sequencer/testing/api/running-api';

let databaseUrl: string;
let api: Api;
beforeEach(async () => {
  databaseUrl = await newDatabase();
  api = await start(databaseUrl);
});
afterEach(() => api.close());

const made = async (input: Record<string, unknown> = {}) => (await submit(api, input)).data.submitRun.id;
const setMode = (mode: string, reason: string | null = null) =>
  ask(api, `mutation ($reason: String) { setMode(sequencer: "satp1", mode: ${mode}, reason: $reason) { name } }`, {
    reason,
  });
async function mode(): Promise<{ mode: string; modeReason: string | null }> {
  const { data } = await ask<{ sequencer: { mode: string; modeReason: string | null } }>(
    api,
    '{ sequencer(name: "satp1") { mode modeReason } }',
  );
  return data.sequencer;
}
async function connected(): Promise<TestRunner> {
  const runner = await TestRunner.connect(api);
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  return runner;
}
const reasonOf = async (id: string) =>
  (await ask<{ run: { reason: string } }>(api, 'query ($id: ID!) { run(id: $id) { reason } }', { id })).data.run.reason;

it('continues with the queue after a failure of a run that requests it', async () => {
  const runner = await connected();
  await setMode('QUEUE');
  const first = await made({ afterFailure: 'CONTINUE', start: 'QUEUED' });
  const second = await made({ start: 'QUEUED' });
  const third = await made({ start: 'QUEUED' });
  await until(() => {
    expect(runner.started).toEqual([first]);
  });
  runner.events(first, record(0, 'FAILED'));
  await until(() => {
    expect(runner.started).toEqual([first, second]);
  });
  expect((await mode()).mode).toBe('QUEUE');
  runner.events(second, record(0, 'FAILED'));
  await until(async () => {
    expect((await mode()).modeReason).toContain('run 2 failed');
  });
  expect(await phaseOf(api, third)).toBe('QUEUED');
});

it.each(['INTERRUPTED', 'TERMINATED', 'KILLED', 'LOST'])(
  'holds the queue after %s, whatever the run requests',
  async (outcome) => {
    const runner = await connected();
    await setMode('QUEUE');
    const first = await made({ afterFailure: 'CONTINUE', start: 'QUEUED' });
    const second = await made({ start: 'QUEUED' });
    await until(() => {
      expect(runner.started).toEqual([first]);
    });
    runner.events(first, record(0, outcome));
    await until(async () => {
      expect((await mode()).mode).toBe('OFF');
    });
    expect(await phaseOf(api, second)).toBe('QUEUED');
  },
);

it('holds the queue when the runner cannot start a script, whatever the run requests', async () => {
  const runner = await connected();
  runner.answer = ({ name }) => (name === 'start' ? { ok: false, code: 'OCS_CONFIG_MISSING' } : { ok: true });
  await setMode('QUEUE');
  const first = await made({ afterFailure: 'CONTINUE', start: 'QUEUED' });
  await until(async () => {
    expect(await phaseOf(api, first)).toBe('FAILED');
  });
  expect((await mode()).mode).toBe('OFF');
});

it('refuses the safe script, which does not exist yet, and time limits out of range', async () => {
  const refused = async (input: Record<string, unknown>) => (await submit(api, input)).errors?.[0];
  expect(await refused({ afterFailure: 'RUN_SAFE_SCRIPT' })).toMatchObject({
    message: 'There is no safe script yet.',
    extensions: { code: 'NOT_YET' },
  });
  for (const timeoutSeconds of [0, -1, 30 * 86_400 + 1]) {
    expect((await refused({ timeoutSeconds }))?.message).toMatch(/^timeoutSeconds: /);
  }
});

it('uses the setting of the telescope for runs without a value of their own', async () => {
  const runner = await connected();
  const set = (afterFailure: string) =>
    ask<{ setAfterFailure: { afterFailure: string } }>(
      api,
      `mutation { setAfterFailure(sequencer: "satp1", afterFailure: ${afterFailure}) { afterFailure } }`,
    );
  expect((await set('CONTINUE')).data.setAfterFailure.afterFailure).toBe('CONTINUE');
  expect((await set('RUN_SAFE_SCRIPT')).errors?.[0]?.extensions.code).toBe('NOT_YET');
  await setMode('QUEUE');
  const fails = async (input: Record<string, unknown>) => {
    const id = await made({ start: 'QUEUED', ...input });
    await until(() => {
      expect(runner.started).toContain(id);
    });
    runner.events(id, record(0, 'FAILED'));
    await until(async () => {
      expect(await phaseOf(api, id)).toBe('FAILED');
    });
  };
  await fails({});
  expect((await mode()).mode).toBe('QUEUE');
  await fails({ afterFailure: 'HOLD_QUEUE' });
  await until(async () => {
    expect((await mode()).mode).toBe('OFF');
  });
  const { data } = await ask<{ audit: { entries: { action: string; details: string }[] } }>(
    api,
    '{ audit(first: 20) { entries { action details } } }',
  );
  const details = data.audit.entries.find(({ action }) => action === 'setAfterFailure')?.details;
  expect(details).toContain('RUN_SAFE_SCRIPT');
});

it('edits the time limit and what follows a failure', async () => {
  const id = await made({ start: 'QUEUED', timeoutSeconds: 60 });
  const edit = (input: Record<string, unknown>) =>
    ask<{ editRun: object }>(
      api,
      `mutation ($id: ID!, $input: EditRunInput!) {
        editRun(id: $id, input: $input) { timeoutSeconds afterFailure origin }
      }`,
      { id, input },
    );
  expect((await edit({ afterFailure: 'CONTINUE' })).data.editRun).toEqual({
    timeoutSeconds: 60,
    afterFailure: 'CONTINUE',
    origin: 'PERSON',
  });
  expect((await edit({ timeoutSeconds: null })).data.editRun).toMatchObject({ timeoutSeconds: null });
  expect((await edit({ afterFailure: 'RUN_SAFE_SCRIPT' })).errors?.[0]?.extensions.code).toBe('NOT_YET');
});

it('records why the mode was set', async () => {
  await setMode('QUEUE', 'clear  sky ');
  expect(await mode()).toEqual({ mode: 'QUEUE', modeReason: 'Set to Queue by tester: clear sky' });
  await setMode('OFF');
  expect(await mode()).toEqual({ mode: 'OFF', modeReason: 'Set to Off by tester.' });
  expect((await setMode('QUEUE', 'x'.repeat(501))).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});

it('interrupts a run at its time limit, with the next rungs to follow', async () => {
  const runner = await connected();
  const id = await made({ timeoutSeconds: 1 });
  await until(() => {
    const stops = runner.received
      .filter(({ type }) => type === 'command')
      .flatMap((message) => (message.type === 'command' && message.command.name === 'stop' ? [message.command] : []));
    expect(stops).toMatchObject([{ run: id, level: 'INTERRUPT', escalate: true, by: 'the time limit of 1 s' }]);
  });
});

it('stops a real script at its time limit, also after a restart of the API', { timeout: 60_000 }, async () => {
  const runner = await startRunner(api);
  const id = await made({ timeoutSeconds: 4, script: 'import time\nprint("on")\ntime.sleep(600)\n' });
  await until(async () => {
    expect(await outputOf(api, id)).toBe('on\n');
  });
  const { port } = new URL(api.url);
  await api.close();
  api = await start(databaseUrl, { PORT: port });
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('INTERRUPTED');
  });
  expect(await reasonOf(id)).toContain('Interrupted by the time limit of 4 s.');
  expect((await mode()).mode).toBe('OFF');
  const next = await made({ timeoutSeconds: 60 });
  await until(async () => {
    expect(await phaseOf(api, next)).toBe('SUCCEEDED');
  });
  await runner.stop();
});
