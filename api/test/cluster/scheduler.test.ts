/** The scheduler in a cluster: settings in the Sequencer object, the operator's pulls in the record, and pulls of people. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { ask, until as eventually } from '@sequencer/testing/api/running-api';
import { startScheduler, type SchedulerProcess } from '@sequencer/testing/api/scheduler-process';
import { client, until } from '@sequencer/testing/cluster/cluster';
import { addSequencer, makeSite, sequencerObject, startApi, type Site } from '@sequencer/testing/cluster/site';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';

let scheduler: SchedulerProcess;
let site: Site;
beforeAll(async () => {
  scheduler = await startScheduler();
  site = await makeSite(scheduler.url);
});
afterEach(() => scheduler.fault({ kind: 'none' }));
afterAll(async () => {
  await site.close();
  await scheduler.stop();
});

interface Pull {
  id: string;
  automatic: boolean;
  by: string;
  ok: boolean;
  state: string;
  message: string | null;
  script: string | null;
  run: { id: string; origin: string; submittedBy: string } | null;
}
interface State {
  mode: string;
  modeReason: string;
  queue: { id: string }[];
  scheduler: {
    settings: { url: string; policy: string; lengthMinutes: number };
    nextPullAt: string | null;
    failures: number;
    pulling: boolean;
    lastPull: Pull | null;
    pulls: { entries: Pull[] };
  };
}
const PULL = 'id automatic by ok state message script run { id origin submittedBy }';

async function stateOf(name: string, api: { url: string } = site.api): Promise<State> {
  const query = `query ($name: String!) { sequencer(name: $name) { mode modeReason queue { id } scheduler {
    settings { url policy lengthMinutes } nextPullAt failures pulling lastPull { ${PULL} } pulls { entries { ${PULL} } } } } }`;
  return (await ask<{ sequencer: State }>(api, query, { name })).data.sequencer;
}
const setMode = (name: string, mode: string) =>
  ask(
    site.api,
    'mutation ($name: String!, $mode: SequencerMode!) { setMode(sequencer: $name, mode: $mode) { name } }',
    {
      name,
      mode,
    },
  );
const setSettings = (name: string, settings: object) =>
  ask<{ setSchedulerSettings: Pick<State, 'scheduler'> }>(
    site.api,
    `mutation ($name: String!, $settings: SchedulerSettingsInput!) { setSchedulerSettings(sequencer: $name, settings: $settings)
      { scheduler { settings { url policy lengthMinutes } } } }`,
    { name, settings },
  );
const dummy = (config: object) => JSON.stringify({ policy: 'dummy', config });

async function pullNow(name: string, then: string) {
  const [from, to] = [new Date(), new Date(Date.now() + 3_600_000)];
  const query = `mutation ($name: String!, $from: DateTime!, $to: DateTime!, $then: PullAction!) {
    pullSchedule(sequencer: $name, from: $from, to: $to, then: $then) { ${PULL} } }`;
  return ask<{ pullSchedule: Pull }>(site.api, query, { name, from, to, then });
}

test('pulls and runs two schedules, and has both in the record', { timeout: 180_000 }, async () => {
  const name = 'two';
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ status: 'ok', commands: 'import time\n' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  await addSequencer(site, name);
  const { data } = await setSettings(name, { url, lengthMinutes: 30 });
  expect(data.setSchedulerSettings.scheduler.settings.lengthMinutes).toBe(30);
  expect((await sequencerObject(site, name)).spec.scheduler).toEqual({
    url,
    lengthMinutes: 30,
  });
  await setMode(name, 'SCHEDULER');
  await eventually(async () => {
    const { mode, modeReason } = await stateOf(name);
    expect([mode, modeReason]).toEqual(['SCHEDULER', 'Set to Scheduler by tester.']);
  });
  const { entries } = await until(
    'two pulls are in the record',
    async () => {
      const { pulls } = (await stateOf(name)).scheduler;
      return pulls.entries.length >= 2 && pulls;
    },
    120_000,
  );
  await setMode(name, 'OFF');
  for (const pull of entries.slice(0, 2)) {
    expect(pull).toMatchObject({ automatic: true, by: 'Scheduler', ok: true, state: 'DONE' });
    expect(pull.run).toMatchObject({ origin: 'SCHEDULER', submittedBy: 'Scheduler' });
    expect(pull.script).toContain('import');
  }
  expect(new Set(entries.map(({ run }) => run?.id)).size).toBe(entries.length);
});

test('stores failed pulls, and pulls of the time in which it was stopped', { timeout: 120_000 }, async () => {
  const name = 'failing';
  await addSequencer(site, name);
  await setSettings(name, { policy: dummy({ fault: 'html' }) });
  await setMode(name, 'SCHEDULER');
  await eventually(async () => {
    const { scheduler: state } = await stateOf(name);
    expect(state).toMatchObject({ failures: 1, lastPull: { ok: false, state: 'FAILED', by: 'Scheduler' } });
    expect(state.nextPullAt).not.toBeNull();
  });
  await site.api.close();
  await until('the mode is Off', async () => (await sequencerObject(site, name)).status?.mode === 'Off', 80_000);
  const url = new URL(site.api.url);
  site.api = await startApi(site.databaseUrl, site.namespace, { SCHEDULER_URL: scheduler.url, PORT: url.port });
  await eventually(async () => {
    const { mode, modeReason, scheduler: state } = await stateOf(name);
    expect(mode).toBe('OFF');
    expect(modeReason).toMatch(
      /^Mode set to Off because 3 pulls from the scheduler failed in a row\. The last one: .*HTML/,
    );
    expect(state.pulls.entries).toHaveLength(3);
    expect(state.failures).toBe(3);
  });
});

test('pulls once for a person, and previews', async () => {
  const name = 'person';
  await addSequencer(site, name, { mode: 'Off' });
  const { data } = await pullNow(name, 'QUEUE');
  expect(data.pullSchedule).toMatchObject({ ok: true, automatic: false, by: 'tester' });
  const { queue } = await stateOf(name);
  expect(queue).toEqual([{ id: data.pullSchedule.run?.id }]);
  expect(await client.list(RUNS, site.namespace, { fieldSelector: `spec.sequencer=${name}` })).toHaveLength(1);
  const preview = await ask<{ schedulerPreview: { ok: boolean; script: string } }>(
    site.api,
    `{ schedulerPreview(sequencer: "person", from: "2026-06-01T22:00:00Z", to: "2026-06-02T10:00:00Z") { ok script } }`,
  );
  expect(preview.data.schedulerPreview.ok).toBe(true);
});

test('shows the pull of the operator while it is in progress, and cancels it', async () => {
  const name = 'slow';
  await addSequencer(site, name);
  await setSettings(name, { policy: dummy({ delay: 300 }) });
  await setMode(name, 'SCHEDULER');
  await eventually(async () => {
    const { pulling, lastPull } = (await stateOf(name)).scheduler;
    expect(pulling).toBe(true);
    expect(lastPull).toMatchObject({ state: 'PULLING', automatic: true });
  });
  expect((await pullNow(name, 'QUEUE')).errors?.[0]?.extensions.code).toBe('PULL_IN_PROGRESS');
  const { lastPull } = (await stateOf(name)).scheduler;
  await ask(site.api, 'mutation { cancelPull(sequencer: "slow") { name } }');
  await eventually(async () => {
    const { pulls } = (await stateOf(name)).scheduler;
    expect(pulls.entries[0]).toMatchObject({ id: lastPull?.id, state: 'CANCELLED' });
  });
  await setMode(name, 'OFF');
  await eventually(async () => {
    expect((await stateOf(name)).scheduler.pulling).toBe(false);
  });
});

test('keeps settings of the pages over a sync of the same values', async () => {
  const name = 'git';
  await addSequencer(site, name);
  const sync = (lengthMinutes: number) =>
    client.apply(SEQUENCERS, site.namespace, name, { spec: { scheduler: { lengthMinutes } } }, { manager: 'argocd' });
  const lengthOf = async () => (await stateOf(name)).scheduler.settings.lengthMinutes;
  await sync(60);
  await setSettings(name, { lengthMinutes: 90 });
  await sync(60);
  expect((await sequencerObject(site, name)).spec.scheduler?.lengthMinutes).toBe(60);
  expect(await lengthOf()).toBe(90);
  await sync(120);
  await eventually(async () => {
    expect(await lengthOf()).toBe(120);
  });
});
