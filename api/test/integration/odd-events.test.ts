/** Events of newer or defective runners are recorded, shown or set aside, and their runs continue. */
import { LIMITS, type AnyEvent } from '@sequencer/model';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import {
  TestRunner,
  ask,
  newDatabase,
  record,
  runTokens,
  start,
  phaseOf,
  startedRun,
  until,
} from '@sequencer/testing/api/running-api';

let api: Api;
beforeEach(async () => {
  api = await start(await newDatabase());
});
afterEach(() => api.close());

async function reasonOf(id: string): Promise<{ phase: string; reason: string | null }> {
  const { data } = await ask<{ run: { phase: string; reason: string | null } }>(
    api,
    'query ($id: ID!) { run(id: $id) { phase reason } }',
    { id },
  );
  return data.run;
}

it('returns the message and the code of an unknown error of a newer runner', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  runner.answer = ({ name }) =>
    name === 'pause'
      ? { ok: false, code: 'FILTER_WHEEL_LOCKED', message: 'The filter wheel is locked.', remedy: 'Unlock it.' }
      : { ok: true };
  const pause = 'mutation ($id: ID!) { pauseRun(id: $id) { id } }';
  const { errors } = await ask(api, pause, { id });
  expect(errors?.[0]).toMatchObject({
    message: 'The filter wheel is locked.',
    extensions: { code: 'FILTER_WHEEL_LOCKED', remedy: 'Unlock it.' },
  });
  runner.raw('{"type":"newer","run":7}');
  runner.answer = () => ({ ok: true, newer: 1 });
  expect((await ask(api, pause, { id })).errors).toBeUndefined();
});

it('returns findings of a newer runner whose severity and code are unknown', async () => {
  const runner = await TestRunner.connect(api);
  const finding = { severity: 'fatal', line: 2, column: 1, code: 'NEWER', message: 'It is newer.' };
  runner.answer = () => ({ ok: true, result: [finding] });
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  const check = 'mutation { checkScript(sequencer: "satp1", script: "pass") { severity code message } }';
  const { data, errors } = await ask(api, check);
  expect(errors).toBeUndefined();
  expect(data).toEqual({ checkScript: [{ severity: 'warning', code: 'NEWER', message: 'It is newer.' }] });
});

it('keeps enum values that only a newer runner knows, and shows the trace as paused', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const at = '2026-11-24T04:00:00.000Z';
  const stack = [{ file: '<script>', line: 1, function: '<module>', variables: [] }];
  runner.events(id, [
    ...record(0).slice(0, 1),
    { seq: 2, at, type: 'traceStarted', trace: 1, kind: 'THREAD', name: 'main' },
    { seq: 3, at, type: 'prompt', trace: 1, number: 1, reason: 'watchpoint', event: 'opcode', stack, newer: {} },
    { seq: 4, at, type: 'pause', state: 'paused', waitingFor: [] },
    { seq: 5, at, type: 'newer', newer: 1 },
  ]);
  await until(() => {
    expect(runner.acked).toBe(5);
  });
  expect(await reasonOf(id)).toEqual({ phase: 'PAUSED', reason: 'Paused (watchpoint).' });
});

it.each([
  [{ type: 'ended', outcome: 'EVAPORATED', exitCode: 0, reason: 'It is gone.' }, /EVAPORATED: It is gone/],
  [{ type: 'ended', outcome: 'SUCCEEDED', exitCode: 2 ** 40, reason: 'x' }, /exitCode/],
  [{ type: 'ended' }, /outcome/],
])('ends a run as LOST after the end %j, which it does not understand', async (end, reason) => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  runner.events(id, [...record(0).slice(0, 1), { seq: 2, at: '2026-11-24T04:00:00.000Z', ...end }]);
  await until(() => {
    expect(runner.acked).toBe(2);
  });
  const ended = await reasonOf(id);
  expect(ended.phase).toBe('LOST');
  expect(ended.reason).toMatch(reason);
});

it.each([
  ['no type', { at: '2026-11-24T04:00:00.000Z' }],
  ['a type with NUL', { at: '2026-11-24T04:00:00.000Z', type: 'a\0b' }],
  ['a type of 1000 characters', { at: '2026-11-24T04:00:00.000Z', type: 'x'.repeat(1000) }],
  ['a number for a time', { at: 7, type: 'output' }],
  ['no time', { type: 'foo', at: 'hello' }],
  ['the year 0', { type: 'output', at: '0000-01-01T00:00:00Z', stream: 'STDOUT', text: 'x' }],
  ['the year 9999', { type: 'output', at: '9999-12-31T23:59:59-23:59', stream: 'STDOUT', text: 'x' }],
])('sets an event with %s aside, and the run continues', async (_what, odd) => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const events = record(2);
  runner.events(id, [events[0], { seq: 2, ...odd }, ...events.slice(2)] as AnyEvent[]);
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('SUCCEEDED');
  });
  const { data } = await ask<{ run: { events: { type: string; data: string }[] } }>(
    api,
    'query ($id: ID!) { run(id: $id) { events { type data } } }',
    { id },
  );
  expect(data.run.events.map((event) => event.type)).toEqual(['started', 'setAside', 'output', 'ended']);
  expect(data.run.events[1]?.data).toContain('The event cannot be recorded');
});

it('sets aside an event that is nested too deeply', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const [started, , end] = record(1).map((event) => JSON.stringify(event));
  const deep = `{"seq":2,"at":"2026-11-24T04:00:00.000Z","type":"odd","x":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  runner.raw(
    `{"type":"events","run":"${id}","token":"${runTokens.get(id) ?? ''}","events":[${[started, deep, end].join()}]}`,
  );
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('SUCCEEDED');
  });
});

it('records the events before one that is out of order', async () => {
  const runner = await TestRunner.connect(api);
  const id = await startedRun(api, runner);
  const closed = runner.closed();
  const more = { ...record(1)[1], seq: 3 } as AnyEvent;
  runner.events(id, [...record(0), more]);
  expect(await closed).toBe(4002);
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('SUCCEEDED');
  });
  await until(async () => {
    const again = await TestRunner.connect(api, [{ run: id, lastSeq: 3, ended: true }]);
    await until(() => {
      expect(again.received[0]?.type).toBe('welcome');
    });
    expect(again.received[0]).toMatchObject({ runs: [{ run: id, forget: true }] });
  });
});

it('closes with 1009 for a message over the limit', async () => {
  const runner = await TestRunner.connect(api);
  const closed = runner.closed();
  runner.raw(' '.repeat(LIMITS.messageBytes + 1));
  expect(await closed).toBe(1009);
});
