/** Runs of several telescopes that share a resource: never two at the same time, whatever restarts. */
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

const NAMES = ['satp1', 'satp2', 'satp3', 'lat'];
const ENV = { SEQUENCERS: NAMES.join(',') };

let databaseUrl: string;
let api: Api;
let runners: Map<string, TestRunner>;
beforeEach(async () => {
  databaseUrl = await newDatabase();
  api = await start(databaseUrl, ENV);
  await connectAll();
});
afterEach(() => api.close());

async function connect(
  sequencer: string,
  runs: { run: string; lastSeq: number; ended: boolean }[] = [],
): Promise<void> {
  const runner = await TestRunner.connect(api, runs, { sequencer });
  runners.set(sequencer, runner);
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
}

async function connectAll(): Promise<void> {
  runners = new Map();
  for (const name of NAMES) await connect(name);
}

const submitTo = async (sequencer: string, input: Record<string, unknown> = {}) =>
  (await submit(api, { sequencer, resources: ['laser'], ...input })).data.submitRun.id;
const setMode = (sequencer: string, mode: string) =>
  ask(api, `mutation { setMode(sequencer: "${sequencer}", mode: ${mode}) { name } }`);
const startedOn = (sequencer: string) => runners.get(sequencer)?.started ?? [];
const EDIT = 'mutation ($id: ID!, $input: EditRunInput!) { editRun(id: $id, input: $input) { resources } }';

async function startsOn(sequencer: string, run: string): Promise<void> {
  await until(() => {
    expect(startedOn(sequencer)).toContain(run);
  });
}

async function read(id: string): Promise<{ phase: string; reason: string | null; resources: string[] }> {
  const { data } = await ask<{ run: { phase: string; reason: string | null; resources: string[] } }>(
    api,
    'query ($id: ID!) { run(id: $id) { phase reason resources } }',
    { id },
  );
  return data.run;
}

it('keeps a run waiting for a resource, with the run that uses it, and starts it when that run has ended', async () => {
  const first = await submitTo('satp1', { resources: ['laser', 'crane', 'laser'] });
  await startsOn('satp1', first);
  expect((await read(first)).resources).toEqual(['crane', 'laser']);
  const second = await submitTo('satp2');
  expect(await read(second)).toMatchObject({
    phase: 'QUEUED',
    reason: 'Waiting for run satp1/1, which uses laser.',
  });
  const other = await submitTo('lat', { resources: ['dome'] });
  await startsOn('lat', other);
  runners.get('satp1')?.events(first, record(0));
  await startsOn('satp2', second);
});

it('starts the next run of the queue in place of one that waits for a resource', async () => {
  const first = await submitTo('satp1');
  await startsOn('satp1', first);
  const waiting = await submitTo('satp2', { start: 'QUEUED' });
  const next = await submitTo('satp2', { start: 'QUEUED', resources: null });
  await setMode('satp2', 'QUEUE');
  await startsOn('satp2', next);
  expect(await phaseOf(api, waiting)).toBe('QUEUED');
});

it('starts a waiting run when an edit removes its resource, and not an edited one that names it', async () => {
  const first = await submitTo('satp1');
  await startsOn('satp1', first);
  const waiting = await submitTo('satp2');
  await ask(api, EDIT, { id: waiting, input: { resources: ['crane'] } });
  await startsOn('satp2', waiting);
  const queued = await submitTo('satp3', { start: 'QUEUED', resources: [] });
  await ask(api, EDIT, { id: queued, input: { resources: ['crane'] } });
  await setMode('satp3', 'QUEUE');
  expect((await read(queued)).reason).toBe('Waiting for run satp2/1, which uses crane.');
  const { data } = await ask(api, EDIT, { id: queued, input: { resources: null } });
  expect(data).toEqual({ editRun: { resources: [] } });
  await startsOn('satp3', queued);
});

it('frees the resource only when the run has ended, also after a restart of the API and a lost runner', async () => {
  const first = await submitTo('satp1');
  await startsOn('satp1', first);
  runners.get('satp1')?.events(first, record(0).slice(0, 1));
  await until(async () => {
    expect(await phaseOf(api, first)).toBe('RUNNING');
  });
  for (const runner of runners.values()) runner.leave();
  await api.close();
  api = await start(databaseUrl, ENV);
  runners = new Map();
  for (const name of ['satp2', 'satp3']) await connect(name);
  const second = await submitTo('satp2');
  expect((await read(second)).reason).toBe('Waiting for run satp1/1, which uses laser.');
  expect(startedOn('satp2')).toEqual([]);
  // The runner has no record of the run: its process is gone.
  await connect('satp1');
  await startsOn('satp2', second);
  expect(await phaseOf(api, first)).toBe('LOST');
});

it('never starts two runs with one resource when all telescopes choose at the same moment', async () => {
  await Promise.all(NAMES.map((name) => setMode(name, 'QUEUE')));
  const all = await Promise.all(
    NAMES.flatMap((sequencer) =>
      [1, 2, 3].map(async () => ({ sequencer, run: await submitTo(sequencer, { start: 'QUEUED' }) })),
    ),
  );
  const ended = new Set<string>();
  const active = () =>
    NAMES.flatMap((name) => startedOn(name).map((run) => ({ name, run }))).filter(({ run }) => !ended.has(run));
  while (ended.size < all.length) {
    await until(() => {
      expect(active()).not.toEqual([]);
    });
    const [one, ...others] = active();
    expect(others).toEqual([]);
    if (!one) return;
    const { data } = await ask<{ sequencers: { activeRun: { id: string } | null }[] }>(
      api,
      '{ sequencers { activeRun { id } } }',
    );
    expect(data.sequencers.filter(({ activeRun }) => activeRun).length).toBe(1);
    runners.get(one.name)?.events(one.run, record(0));
    ended.add(one.run);
  }
});

it('keeps the resource of a telescope that is not configured any more', async () => {
  const first = await submitTo('satp1');
  await startsOn('satp1', first);
  await api.close();
  api = await start(databaseUrl, { SEQUENCERS: 'satp2' });
  await connect('satp2');
  const waiting = await submitTo('satp2');
  expect((await read(waiting)).reason).toBe('Waiting for run satp1/1, which uses laser.');
  expect(startedOn('satp2')).toEqual([]);
});

it('refuses names that are not resources, and too many of them', async () => {
  const codeOf = async (resources: string[]) => (await submit(api, { resources })).errors?.[0];
  expect(await codeOf(['Laser'])).toMatchObject({
    extensions: { code: 'BAD_INPUT' },
    message: expect.stringContaining('resources.0: must have 1 to 63 lower case letters') as string,
  });
  expect(await codeOf(['-laser'])).toMatchObject({ extensions: { code: 'BAD_INPUT' } });
  expect(await codeOf(Array.from({ length: 9 }, (_, index) => `r${String(index)}`))).toMatchObject({
    message: expect.stringContaining('more than 8 resources') as string,
  });
});
