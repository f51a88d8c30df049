/** Runs of a proposer, which wait until an operator accepts or declines them. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { Browser, usersFile } from '@sequencer/testing/api/browser';
import { TestRunner, newDatabase, start, until } from '@sequencer/testing/api/running-api';

let api: Api;
let runner: TestRunner;
let pia: Browser;
let otto: Browser;
beforeEach(async () => {
  const users = await usersFile('pia:proposer@satp1', 'otto:operator', 'vera:viewer');
  api = await start(await newDatabase(), { SEQUENCERS: 'satp1,lat', AUTH: 'password', USERS_FILE: users });
  runner = await TestRunner.connect(api);
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  pia = await Browser.signedIn(api, 'pia');
  otto = await Browser.signedIn(api, 'otto');
});
afterEach(() => api.close());

const SUBMIT = `mutation ($input: SubmitRunInput!) { submitRun(input: $input) { id phase reason proposed } }`;
const RUN = `query ($id: ID!) { run(id: $id) { phase reason proposed submittedBy acceptedBy acceptedAt title onHold { by } } }`;
const ACCEPT = 'mutation ($id: ID!) { acceptRun(id: $id) { id proposed } }';
const DECLINE = 'mutation ($id: ID!, $reason: String!) { declineRun(id: $id, reason: $reason) { id phase reason } }';

interface Submitted {
  submitRun: { id: string; phase: string; reason: string; proposed: boolean };
}
interface Read {
  run: {
    phase: string;
    reason: string;
    proposed: boolean;
    submittedBy: string;
    acceptedBy: string | null;
    acceptedAt: string | null;
    title: string | null;
    onHold: { by: string } | null;
  };
}

async function proposed(input: Record<string, unknown> = {}): Promise<string> {
  const { data } = await pia.ask<Submitted>(SUBMIT, { input: { sequencer: 'satp1', script: 'x = 1\n', ...input } });
  return data.submitRun.id;
}
const read = async (id: string) => (await otto.ask<Read>(RUN, { id })).data.run;
const code = async (who: Browser, query: string, variables: Record<string, unknown>) =>
  (await who.ask(query, variables)).errors?.[0]?.extensions.code;

it('waits, even to start now and in the mode Queue, until an operator accepts it', async () => {
  await otto.ask('mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  const id = await proposed({ start: 'RUNNING', position: 0, title: 'mine' });
  expect(await read(id)).toMatchObject({
    phase: 'QUEUED',
    proposed: true,
    reason: 'Proposed by pia. It waits until an operator accepts it.',
  });
  const other = await otto.ask<Submitted>(SUBMIT, { input: { sequencer: 'satp1', script: 'x = 2\n' } });
  await until(() => {
    expect(runner.started).toEqual([other.data.submitRun.id]);
  });
  await otto.ask('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id: other.data.submitRun.id });
  expect(other.data.submitRun.proposed).toBe(false);

  // An operator may change it before.
  await otto.ask('mutation ($id: ID!) { editRun(id: $id, input: { title: "ours" }) { id } }', { id });
  expect((await otto.ask<{ acceptRun: object }>(ACCEPT, { id })).data.acceptRun).toEqual({ id, proposed: false });
  const accepted = await read(id);
  expect(accepted).toMatchObject({ title: 'ours', submittedBy: 'pia', acceptedBy: 'otto', onHold: null });
  expect(Date.parse(accepted.acceptedAt ?? '')).toBeGreaterThan(0);
});

it('starts after it was accepted, when its turn comes', async () => {
  const id = await proposed();
  await otto.ask('mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  expect(runner.started).toEqual([]);
  await otto.ask(ACCEPT, { id });
  await until(() => {
    expect(runner.started).toEqual([id]);
  });
});

it('is cancelled with the reason when it is declined', async () => {
  const id = await proposed();
  expect(await code(otto, DECLINE, { id, reason: ' ' })).toBe('BAD_INPUT');
  await otto.ask(DECLINE, { id, reason: 'not tonight' });
  expect(await read(id)).toMatchObject({ phase: 'CANCELLED', reason: 'Declined by otto: not tonight' });
  expect(await code(otto, ACCEPT, { id })).toBe('RUN_FINISHED');
});

it('is neither released nor put on hold, and accepted once', async () => {
  const id = await proposed();
  expect(await code(otto, 'mutation ($id: ID!) { releaseRun(id: $id) { id } }', { id })).toBe('RUN_PROPOSED');
  expect(await code(otto, 'mutation ($id: ID!) { holdRun(id: $id) { id } }', { id })).toBe('RUN_PROPOSED');
  const answers = await Promise.all([code(otto, ACCEPT, { id }), code(otto, ACCEPT, { id })]);
  expect(answers.sort()).toEqual(['NOT_PROPOSED', undefined]);
  expect(await code(otto, DECLINE, { id, reason: 'late' })).toBe('NOT_PROPOSED');
});

it('lets a proposer check and propose on the own telescope, and nothing else', async () => {
  const id = await proposed();
  const check = 'mutation ($name: String!) { checkScript(sequencer: $name, script: "x = 1") { message } }';
  expect(await code(pia, check, { name: 'satp1' })).toBeUndefined();
  expect(await code(pia, check, { name: 'lat' })).toBe('FORBIDDEN');
  const input = { sequencer: 'lat', script: 'x = 1\n' };
  expect(await code(pia, SUBMIT, { input })).toBe('FORBIDDEN');
  for (const [query, variables] of [
    [ACCEPT, { id }],
    [DECLINE, { id, reason: 'x' }],
    ['mutation ($id: ID!) { moveInQueue(run: $id, position: 0) { name } }', { id }],
    ['mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }', {}],
    ['mutation { stopAll(level: KILL, reason: "x") { id } }', {}],
  ] as const)
    expect(await code(pia, query, variables)).toBe('FORBIDDEN');
  const vera = await Browser.signedIn(api, 'vera');
  expect(await code(vera, SUBMIT, { input: { sequencer: 'satp1', script: 'x = 1\n' } })).toBe('FORBIDDEN');
});

it('is submitted with a token of the role, whose owner may have a higher one', async () => {
  const make = 'mutation { createApiToken(name: "program", role: PROPOSER, sequencers: ["satp1"], days: 1) }';
  const token = (await otto.ask<{ createApiToken: string }>(make)).data.createApiToken;
  const program = new Browser(api, { authorization: `Bearer ${token}` });
  const input = { sequencer: 'satp1', script: 'x = 1\n' };
  expect((await program.ask<Submitted>(SUBMIT, { input })).data.submitRun.proposed).toBe(true);
  expect(await code(program, SUBMIT, { input: { ...input, sequencer: 'lat' } })).toBe('FORBIDDEN');
});
