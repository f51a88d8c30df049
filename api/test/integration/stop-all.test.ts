/** One request that stops every telescope. */
import type { CommandMessage } from '@sequencer/model';
import { afterEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { Browser, usersFile } from '@sequencer/testing/api/browser';
import { TestRunner, ask, newDatabase, record, start, submit, until } from '@sequencer/testing/api/running-api';

let api: Api | undefined;
afterEach(() => api?.close());

const STOP_ALL = `mutation ($level: StopLevel!, $reason: String!, $runs: [RunStopInput!]) {
  stopAll(level: $level, reason: $reason, runs: $runs) { id sequencer { name } } }`;
const MODES = '{ sequencers { name mode modeReason } }';

interface Stopped {
  stopAll: { id: string; sequencer: { name: string } }[] | null;
}
interface Modes {
  sequencers: { name: string; mode: string; modeReason: string }[];
}

/** A runner with an active run. */
async function running(sequencer: string): Promise<{ id: string; runner: TestRunner; levels: () => unknown[] }> {
  if (!api) throw new Error('no API');
  const runner = await TestRunner.connect(api, [], { sequencer });
  const { id } = (await submit(api, { sequencer })).data.submitRun;
  await until(() => {
    expect(runner.started).toContain(id);
  });
  runner.events(id, record(0).slice(0, 1));
  const levels = () =>
    runner.received.flatMap((message) =>
      message.type === 'command' && message.command.name === 'stop' ? [message.command.level] : [],
    );
  return { id, runner, levels };
}

it('stops the active runs, each with its level, and sets every mode to Off with the reason', async () => {
  api = await start(await newDatabase(), { SEQUENCERS: 'satp1,satp2,satp3,lat' });
  const [first, second, third] = [await running('satp1'), await running('satp2'), await running('satp3')];
  for (const name of ['satp2', 'lat'])
    await ask(api, `mutation { setMode(sequencer: "${name}", mode: QUEUE) { name } }`);

  const runs = [
    { run: second.id, level: 'TERMINATE' },
    { run: third.id, level: null },
  ];
  const { data } = await ask<Stopped>(api, STOP_ALL, { level: 'INTERRUPT', reason: ' lightning ', runs });
  expect(data.stopAll?.map(({ id }) => id)).toEqual([first.id, second.id]);
  expect([first.levels(), second.levels(), third.levels()]).toEqual([['INTERRUPT'], ['TERMINATE'], []]);
  const { sequencers } = (await ask<Modes>(api, MODES)).data;
  expect(sequencers.map(({ mode }) => mode)).toEqual(['OFF', 'OFF', 'OFF', 'OFF']);
  for (const name of ['satp2', 'lat']) {
    expect(sequencers.find((one) => one.name === name)?.modeReason).toBe(
      'Mode set to Off because tester stopped all telescopes: lightning.',
    );
  }
});

it('stops all others if one cannot be stopped, and names that one', async () => {
  api = await start(await newDatabase(), { SEQUENCERS: 'satp1,satp2' });
  const [broken, other] = [await running('satp1'), await running('satp2')];
  broken.runner.answer = (command: CommandMessage['command']) =>
    command.name === 'stop' ? { ok: false, code: 'INTERNAL', message: 'No signal can be sent.' } : { ok: true };
  const { errors } = await ask<Stopped>(api, STOP_ALL, { level: 'INTERRUPT', reason: 'lightning' });
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('satp1: No signal can be sent.') as unknown,
    extensions: { code: 'STOP_INCOMPLETE' },
  });
  expect(other.levels()).toEqual(['INTERRUPT']);
});

it('needs a reason', async () => {
  api = await start(await newDatabase());
  const { errors } = await ask<Stopped>(api, STOP_ALL, { level: 'INTERRUPT', reason: '  ' });
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});

it('stops only the telescopes that the caller operates', async () => {
  const users = await usersFile('sam:operator@satp1', 'otto:operator', 'vera:viewer');
  api = await start(await newDatabase(), { SEQUENCERS: 'satp1,satp2', AUTH: 'password', USERS_FILE: users });
  const otto = await Browser.signedIn(api, 'otto');
  for (const name of ['satp1', 'satp2'])
    await otto.ask(`mutation { setMode(sequencer: "${name}", mode: QUEUE) { name } }`);
  const args = { level: 'INTERRUPT', reason: 'lightning' };
  const refused = await (await Browser.signedIn(api, 'vera')).ask<Stopped>(STOP_ALL, args);
  expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  const { data } = await (await Browser.signedIn(api, 'sam')).ask<Stopped>(STOP_ALL, args);
  expect(data.stopAll).toEqual([]);
  const { sequencers } = (await otto.ask<Modes>(MODES)).data;
  expect(sequencers.map(({ mode }) => mode)).toEqual(['OFF', 'QUEUE']);
});
