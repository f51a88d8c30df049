/** The mode Scheduler, with the simulated scheduler: pulls, failures, changes of the mode, and operators that die. */
import { once } from 'node:events';
import { EVENTS, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import { pullRunName, type SchedulerSpec, type SchedulerStatus } from '@sequencer/model/kubernetes/scheduler';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { startScheduler, type SchedulerProcess } from '@sequencer/testing/api/scheduler-process';
import { KUBECTL, client, until } from '@sequencer/testing/cluster/cluster';
import { outcome } from '@sequencer/testing/cluster/fake-node';
import { useFakeNode } from '@sequencer/testing/cluster/fake-node-suite';
import { isLeader, startProcess } from '@sequencer/testing/cluster/operator-process';
import { SCHEDULER } from '@sequencer/testing/cluster/operators';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const defaults = { ...SCHEDULER.defaults };
let scheduler: SchedulerProcess;
beforeAll(async () => {
  scheduler = await startScheduler();
  defaults.schedulerUrl = scheduler.url;
});
afterEach(() => scheduler.fault({ kind: 'none' }));
afterAll(() => scheduler.stop());

const suite = useFakeNode({ scheduler: { ...SCHEDULER, defaults } });
const { namespace, node, operator, inPhase, getSequencer } = suite;

const slow = (seconds: number): SchedulerSpec => ({
  policy: JSON.stringify({ policy: 'dummy', config: { delay: seconds } }),
});
const inMode = (spec: SchedulerSpec = {}) => suite.sequencer({ mode: 'Scheduler', scheduler: spec });

const statusOf = async (name: string): Promise<SchedulerStatus | undefined> =>
  (await getSequencer(name)).status?.scheduler;

async function runsOf(name: string): Promise<SequencerRun[]> {
  return client.list(RUNS, namespace, { fieldSelector: `spec.sequencer=${name}` });
}

async function eventsOf(name: string): Promise<string[]> {
  const events = await client.list(EVENTS, namespace, { fieldSelector: `involvedObject.name=${name}` });
  return events.map(({ reason, message }) => `${reason}: ${message}`);
}

const setMode = (name: string, mode: string) => client.merge(SEQUENCERS, namespace, name, { spec: { mode } });

const pulling = (name: string) => until('a pull is in progress', async () => (await statusOf(name))?.pull);

async function succeed(run: string): Promise<void> {
  await inPhase(run, 'Starting');
  await node.running(namespace, run);
  await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(run, 'Succeeded');
}

test('pulls and runs one schedule after the other', { timeout: 120_000 }, async () => {
  const name = await inMode({ lengthMinutes: 30 });
  const first = await until('there is a run', async () => (await runsOf(name))[0]);
  expect(first.metadata.annotations).toMatchObject({
    [ANNOTATIONS.origin]: 'SCHEDULER',
    [ANNOTATIONS.submittedBy]: 'Scheduler',
  });
  expect(first.spec.title).toMatch(/^Schedule .* UTC$/);
  expect(first.spec.script).toContain('import');
  const { lastPull } = await until('the pull is recorded', async () => {
    const status = await statusOf(name);
    return status?.lastPull && status;
  });
  expect(lastPull).toMatchObject({ ok: true, outcome: 'Succeeded', run: first.metadata.name });
  expect(Date.parse(lastPull?.to ?? '') - Date.parse(lastPull?.from ?? '')).toBe(30 * 60_000);
  await succeed(first.metadata.name);
  const runs = await until('there is a second run', async () => {
    const all = await runsOf(name);
    return all.length > 1 && all;
  });
  expect(runs).toHaveLength(2);
  const status = await until('the second pull is recorded', async () => {
    const current = await statusOf(name);
    return current?.earlierPulls?.length === 1 && current;
  });
  expect(status.earlierPulls?.[0]?.id).toBe(lastPull?.id);
  expect((await getSequencer(name)).status?.mode).toBe('Scheduler');
});

test('sets the mode to Off after three failed pulls, with the reason', { timeout: 120_000 }, async () => {
  const name = await inMode({ policy: JSON.stringify({ policy: 'dummy', config: { fault: 'error' } }) });
  const waiting = await until('the first pull has failed', async () => {
    const status = await statusOf(name);
    return status?.failures === 1 && status.nextPullAt !== undefined && status;
  });
  const { endedAt = '' } = waiting.lastPull ?? {};
  expect(Date.parse(waiting.nextPullAt ?? '') - Date.parse(endedAt)).toBe(10_000);
  const { status, spec } = await until(
    'the mode is Off',
    async () => {
      const object = await getSequencer(name);
      return object.status?.mode === 'Off' && object;
    },
    80_000,
  );
  const cause =
    '3 pulls from the scheduler failed in a row. The last one: The scheduler answered 500: "Error: simulated failure"';
  expect(status?.reason).toBe(`Mode set to Off because ${cause}.`);
  expect(status?.requestedMode).toMatchObject({ mode: 'Off', by: 'Sequencer', reason: cause });
  expect(spec.mode).toBe('Off');
  expect(status?.scheduler?.failures).toBe(3);
  expect(await runsOf(name)).toEqual([]);
  await until('there is an event', async () =>
    (await eventsOf(name)).some((event) => event.startsWith('AutomaticModeOff')),
  );
  // Failures before the mode was set do not count.
  await client.merge(SEQUENCERS, namespace, name, { spec: { mode: 'Scheduler', scheduler: { policy: null } } });
  await until('a schedule is pulled', async () => (await statusOf(name))?.lastPull?.ok);
});

test('reports the page of a proxy', async () => {
  const name = await inMode({ policy: JSON.stringify({ policy: 'dummy', config: { fault: 'html' } }) });
  const { lastPull } = await until('the pull has failed', async () => {
    const status = await statusOf(name);
    return status?.lastPull && status;
  });
  expect(lastPull).toMatchObject({ ok: false, outcome: 'Failed' });
  expect(lastPull?.message).toBe('The scheduler answered 502 with a page of HTML: "502 Bad Gateway".');
});

test('counts a script that its runner refuses as a failed pull', async () => {
  const name = await inMode({ policy: JSON.stringify({ policy: 'dummy', config: { fault: 'not-python' } }) });
  const run = await until('there is a run', async () => (await runsOf(name))[0]?.metadata.name);
  await inPhase(run, 'Starting');
  await node.running(namespace, run);
  await node.ended(namespace, run, 1, outcome('FAILED', 1, 'Line 2: invalid syntax', { refused: 'SYNTAX_ERROR' }));
  const status = await until('the pull has failed', async () => {
    const current = await statusOf(name);
    return current?.failures === 1 && current;
  });
  expect(status.lastPull).toMatchObject({ ok: false, run });
  expect(status.lastPull?.message).toContain('invalid syntax');
  expect((await getSequencer(name)).status?.mode).toBe('Scheduler');
});

test('cancels a pull when the mode is changed, and serves others meanwhile', async () => {
  const name = await inMode(slow(600));
  const pull = await pulling(name);
  const other = await suite.sequencer();
  await inPhase(await suite.start(other), 'Starting');
  await setMode(name, 'Queue');
  const { lastPull, pull: left } = await until('the pull has ended', async () => {
    const status = await statusOf(name);
    return status?.lastPull && status;
  });
  expect(lastPull).toMatchObject({
    id: pull.id,
    outcome: 'Cancelled',
    message: 'The mode was changed during the pull.',
  });
  expect(left).toBeUndefined();
  expect(await runsOf(name)).toEqual([]);
});

test('cancels a pull at the request of a user of the pages', async () => {
  const name = await inMode(slow(600));
  const { id } = await pulling(name);
  await client.merge(SEQUENCERS, namespace, name, { metadata: { annotations: { [ANNOTATIONS.cancelPull]: id } } });
  const lastPull = await until('the pull has ended', async () => (await statusOf(name))?.lastPull);
  expect(lastPull).toMatchObject({ id, outcome: 'Cancelled', message: 'The pull was cancelled.' });
});

test('sets the mode to Off when no scheduler is configured', async () => {
  const name = await inMode({ header: 'missing' });
  const { status } = await until('the mode is Off', async () => {
    const object = await getSequencer(name);
    return object.status?.mode === 'Off' && object;
  });
  expect(status?.reason).toBe('Mode set to Off because the header "missing" of the scheduler is not configured.');
});

test('pulls nothing while a run is queued, and after a run failed', async () => {
  const name = await suite.sequencer({ mode: 'Off', scheduler: {} });
  const run = await suite.start(name);
  await setMode(name, 'Scheduler');
  await inPhase(run, 'Starting');
  await node.running(namespace, run);
  await node.ended(namespace, run, 1, outcome('FAILED', 1, 'ValueError'));
  await until('the queue is held', async () => (await getSequencer(name)).status?.hold);
  expect(await runsOf(name)).toHaveLength(1);
  expect((await statusOf(name))?.pull).toBeUndefined();
});

test('records the run that an operator had made before it died', async () => {
  const name = await suite.sequencer({ mode: 'Off', scheduler: slow(600) });
  await setMode(name, 'Scheduler');
  const pull = await pulling(name);
  await operator.stop();
  const made = await suite.start(name);
  const run = await client.get(RUNS, namespace, made);
  // As the operator creates it after the answer.
  await client.create(RUNS, namespace, {
    metadata: { name: pullRunName(name, pull), annotations: { [ANNOTATIONS.requestId]: pull.id } },
    spec: run.spec,
  });
  await client.remove(RUNS, namespace, run.metadata);
  await operator.start();
  const lastPull = await until('the pull is recorded', async () => (await statusOf(name))?.lastPull);
  expect(lastPull).toMatchObject({ id: pull.id, ok: true, run: pullRunName(name, pull) });
  expect(await runsOf(name)).toHaveLength(1);
});

/** Kills a real operator at a moment, starts another one, and returns the runs once a pull is recorded. */
async function killedAt(name: string, moment: () => Promise<unknown>): Promise<SequencerRun[]> {
  const env = { SCHEDULER_URL: scheduler.url };
  const { process: first } = await startProcess(namespace, 'first', env);
  await moment();
  first.kill('SIGKILL');
  await once(first, 'exit');
  const second = await startProcess(namespace, 'second', env);
  try {
    await until('the second operator leads', () => isLeader(second));
    await until('the pull is recorded', async () => (await statusOf(name))?.lastPull?.ok, 40_000);
    return await runsOf(name);
  } finally {
    second.process.kill('SIGKILL');
    await once(second.process, 'exit');
  }
}

test('makes one run of a pull when the operator is killed', { timeout: 200_000 }, async () => {
  await operator.stop();
  try {
    const before = await inMode(slow(4));
    const pull = { id: '' };
    const runs = await killedAt(before, async () => {
      pull.id = (await pulling(before)).id;
    });
    expect(runs.map(({ metadata }) => metadata.name)).toEqual([pullRunName(before, pull)]);
    const after = await inMode(slow(1));
    const made = await killedAt(after, () => until('there is a run', async () => (await runsOf(after))[0]));
    expect(made).toHaveLength(1);
    expect((await statusOf(after))?.lastPull?.run).toBe(made[0]?.metadata.name);
  } finally {
    await operator.start();
  }
});

test('refuses settings that cannot be right', async () => {
  const name = await suite.sequencer();
  const set = (scheduler: object) => client.merge(SEQUENCERS, namespace, name, { spec: { scheduler } });
  await expect(set({ url: 'ftp://scheduler.example/' })).rejects.toThrow('must be a URL');
  await expect(set({ url: 'http://user:secret@scheduler.example/' })).rejects.toThrow('without a password');
  await expect(set({ policy: 'dummy' })).rejects.toThrow('must be a JSON object');
  await expect(set({ lengthMinutes: 0 })).rejects.toThrow('lengthMinutes');
  await set({ url: 'https://scheduler.example/api/v1/schedule/', policy: '{}', lengthMinutes: 60, leadMinutes: 1 });
  expect((await getSequencer(name)).metadata.managedFields?.some(({ manager }) => manager === KUBECTL)).toBe(true);
});
