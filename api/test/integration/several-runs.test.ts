/** Several runs in one request, copies, and positions in the queue. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, start, submit, until, type Answer } from '@sequencer/testing/api/running-api';

let api: Api;
beforeEach(async () => {
  api = await start(await newDatabase(), { SEQUENCERS: 'satp1,lat' });
});
afterEach(() => api.close());

type Inputs = Record<string, unknown>[];
interface Made {
  id: string;
  title: string;
  number: number;
}
const submitRuns = (inputs: Inputs, copies?: number): Promise<Answer<{ submitRuns: Made[] }>> =>
  ask(
    api,
    `mutation ($inputs: [SubmitRunInput!]!, $copies: Int) {
      submitRuns(inputs: $inputs, copies: $copies) { id title number }
    }`,
    {
      inputs: inputs.map((input) => ({ sequencer: 'satp1', script: 'x = 1\n', start: 'QUEUED', ...input })),
      ...(copies === undefined ? {} : { copies }),
    },
  );
const titled = (...titles: string[]) => titles.map((title) => ({ title }));
async function titles(): Promise<string[]> {
  const { data } = await ask<{ sequencer: { queue: { title: string }[] } }>(
    api,
    '{ sequencer(name: "satp1") { queue { title } } }',
  );
  return data.sequencer.queue.map(({ title }) => title);
}
const errorOf = async (inputs: Inputs, copies?: number) => {
  const [error] = (await submitRuns(inputs, copies)).errors ?? [];
  return [error?.extensions.code, error?.message];
};

it('adds a list in its order, repeated as a whole', async () => {
  const { data } = await submitRuns(titled('a', 'b'), 3);
  expect(data.submitRuns.map(({ title }) => title)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  expect(data.submitRuns.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await titles()).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
});

it('inserts at a position, also one run, and at the end for a position after it', async () => {
  await submitRuns(titled('a', 'b', 'c'));
  await submitRuns(
    ['d', 'e'].map((title) => ({ title, position: 1 })),
    2,
  );
  expect(await titles()).toEqual(['a', 'd', 'e', 'd', 'e', 'b', 'c']);
  await submit(api, { start: 'QUEUED', title: 'first', position: 0 });
  await submit(api, { start: 'QUEUED', title: 'last', position: 50 });
  expect(await titles()).toEqual(['first', 'a', 'd', 'e', 'd', 'e', 'b', 'c', 'last']);
});

it('moves a run beyond the end to the end', async () => {
  const { data } = await submitRuns(titled('a', 'b', 'c'));
  await ask(api, 'mutation ($run: ID!) { moveInQueue(run: $run, position: 99) { name } }', {
    run: data.submitRuns[0]?.id,
  });
  expect(await titles()).toEqual(['b', 'c', 'a']);
});

it('adds nothing when one run of the list is refused, and names that run', async () => {
  const runner = await TestRunner.connect(api);
  runner.answer = (command) =>
    command.name === 'check' && command.script.includes('broken')
      ? {
          ok: true,
          result: [{ severity: 'error', line: 1, column: 1, code: 'SYNTAX_ERROR', message: 'line 1: broken' }],
        }
      : { ok: true };
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  const refused = await errorOf([{ title: 'a' }, { title: 'b', script: 'broken(\n' }]);
  expect(refused).toEqual(['SYNTAX_ERROR', 'inputs.1: line 1: broken']);
  expect(await errorOf([{ title: 'a' }, { title: 'x'.repeat(201) }])).toEqual([
    'BAD_INPUT',
    expect.stringMatching(/^inputs\.1: title: /),
  ]);
  expect(await titles()).toEqual([]);
});

it('adds nothing when the queue has no room for all', async () => {
  await submitRuns(titled('a'), 990);
  expect((await errorOf(titled('b', 'c'), 6))[0]).toBe('QUEUE_FULL');
  expect(await titles()).toHaveLength(990);
  expect((await submitRuns(titled('b', 'c'), 5)).errors).toBeUndefined();
  expect(await titles()).toHaveLength(1000);
});

it('refuses lists that are empty, too long or not of one sequencer', async () => {
  expect((await errorOf([]))[0]).toBe('BAD_INPUT');
  expect((await errorOf(titled(...Array<string>(101).fill('a'))))[1]).toMatch(/^inputs: must have 1 to 100 runs/);
  expect((await errorOf(titled('a'), 0))[1]).toMatch(/^copies: must be from 1 to 1000 /);
  expect((await errorOf(titled('a', 'b'), 501))[1]).toMatch(/^copies: must be from 1 to 500 /);
  expect((await errorOf([{}, { sequencer: 'lat' }]))[1]).toMatch(/^sequencer: all runs must be for the same/);
  expect((await errorOf([{ position: 1 }, {}]))[1]).toMatch(/^position: /);
  expect((await errorOf([{ position: -1 }]))[1]).toMatch(/^position: /);
  expect((await errorOf([{ requestId: 'a' }, {}]))[1]).toMatch(/^requestId: /);
  expect((await errorOf([{ script: '#'.repeat(500_000) }], 200))[1]).toContain('exceed 64 MiB');
  expect(await titles()).toEqual([]);
});

it('returns the runs of the first request for a repeated one', async () => {
  const inputs = [
    { title: 'a', requestId: '1' },
    { title: 'b', requestId: '2' },
  ];
  const [first, second] = await Promise.all([submitRuns(inputs, 2), submitRuns(inputs, 2)]);
  expect(first.data.submitRuns).toHaveLength(4);
  expect(second.data).toEqual(first.data);
  expect((await submitRuns(inputs, 2)).data).toEqual(first.data);
  expect(await titles()).toHaveLength(4);
  expect((await errorOf(inputs, 3))[0]).toBe('REQUEST_ID_REUSED');
  expect((await errorOf([{ requestId: '1', script: 'y = 2\n' }, { requestId: '2' }]))[0]).toBe('REQUEST_ID_REUSED');
  expect((await errorOf([{ requestId: '7' }, { requestId: '7' }]))[0]).toBe('REQUEST_ID_REUSED');
  expect(await titles()).toHaveLength(4);
});

it('starts the first run of a list', async () => {
  const runner = await TestRunner.connect(api);
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  await ask(api, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  const { data } = await submitRuns(titled('a', 'b'));
  await until(() => {
    expect(runner.started).toEqual([data.submitRuns[0]?.id]);
  });
  expect(await titles()).toEqual(['b']);
});
