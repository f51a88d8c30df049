/** What clients ask of a run that has started, as it reaches a runner, and what comes back. */
import type { CommandMessage } from '@sequencer/model';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, record, start, submit } from '@sequencer/testing/api/running-api';

let api: Api;
let runner: TestRunner;
let id: string;
beforeEach(async () => {
  api = await start(await newDatabase());
  runner = await TestRunner.connect(api);
  id = (await submit(api, { startAt: 1, breakpoints: [{ line: 3 }] })).data.submitRun.id;
  await vi.waitFor(
    () => {
      expect(runner.started).toContain(id);
    },
    { timeout: 10_000 },
  );
  runner.events(id, record(0).slice(0, 1));
});
afterEach(() => api.close());

const commands = () =>
  runner.received.flatMap((message) => (message.type === 'command' ? [message.command] : [])) as Record<
    string,
    unknown
  >[];

function answer(name: string, reply: Record<string, unknown>): void {
  runner.answer = (command: CommandMessage['command']) => (command.name === name ? reply : { ok: true });
}

it('starts at a statement, with breakpoints of the script', () => {
  expect(commands().find((c) => c.name === 'start')).toMatchObject({
    startAt: 1,
    breakpoints: [{ file: '<script>', line: 3, enabled: true }],
  });
});

it('sets breakpoints, and returns them as they were set', async () => {
  answer('setBreakpoints', {
    ok: true,
    result: [{ file: '/lib/acu.py', line: 12, requestedLine: 11, hits: 0, enabled: true }],
  });
  const { data } = await ask<{ setBreakpoints: unknown[] }>(
    api,
    `mutation ($run: ID!) {
      setBreakpoints(run: $run, breakpoints: [{ file: "sorunlib.acu", line: 11, condition: " " }]) {
        file line requestedLine hits problem condition
      }
    }`,
    { run: id },
  );
  const made = { file: '/lib/acu.py', line: 12, requestedLine: 11, hits: 0, problem: null, condition: null };
  expect(data.setBreakpoints).toEqual([made]);
  expect(commands().at(-1)).toMatchObject({
    by: 'tester',
    breakpoints: [{ file: 'sorunlib.acu', line: 11, condition: null, enabled: true }],
  });
});

it('sets breakpoints of a queued run', async () => {
  const waiting = (await submit(api)).data.submitRun.id;
  const { data } = await ask<{ setBreakpoints: unknown[] }>(
    api,
    'mutation ($run: ID!) { setBreakpoints(run: $run, breakpoints: [{ line: 2 }]) { line enabled } }',
    { run: waiting },
  );
  expect(data.setBreakpoints).toEqual([{ line: 2, enabled: true }]);
  const read = await ask<{ run: { breakpoints: unknown[] } }>(
    api,
    'query ($id: ID!) { run(id: $id) { breakpoints { file line } } }',
    { id: waiting },
  );
  expect(read.data.run.breakpoints).toEqual([{ file: '<script>', line: 2 }]);
});

it('evaluates, and returns the error of the runner', async () => {
  const query = `mutation ($run: ID!, $expression: String!) {
    evaluate(run: $run, trace: 1, prompt: 2, expression: $expression) { ok text }
  }`;
  answer('evaluate', { ok: true, result: { ok: false, text: "NameError: name 'x' is not defined" } });
  const { data } = await ask<{ evaluate: unknown }>(api, query, { run: id, expression: 'x' });
  expect(data.evaluate).toEqual({ ok: false, text: "NameError: name 'x' is not defined" });
  answer('evaluate', { ok: false, code: 'STILL_EVALUATING', message: 'It takes longer than 20 s.' });
  const { errors } = await ask(api, query, { run: id, expression: 'x' });
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'STILL_EVALUATING' } });
  const long = await ask(api, query, { run: id, expression: 'x'.repeat(20_000) });
  expect(long.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' } });
});

it('returns variables and sources', async () => {
  answer('variables', {
    ok: true,
    result: { variables: [{ name: 'az', type: 'list', value: '[1]', expandable: true, path: ['p', '0'] }], total: 7 },
  });
  const { data } = await ask<{ variables: unknown }>(
    api,
    `query ($run: ID!) {
      variables(run: $run, trace: 1, prompt: 2, path: ["p"], scope: GLOBALS, first: 1) {
        total variables { name path }
      }
    }`,
    { run: id },
  );
  expect(data.variables).toEqual({ total: 7, variables: [{ name: 'az', path: ['p', '0'] }] });
  expect(commands().at(-1)).toMatchObject({ scope: 'globals', path: ['p'], after: 0, first: 1, frame: 0 });
  answer('source', { ok: false, code: 'UNKNOWN_FILE' });
  const { errors } = await ask(api, 'query ($run: ID!) { source(run: $run, file: "/etc/passwd") { text } }', {
    run: id,
  });
  expect(errors?.[0]?.extensions.code).toBe('UNKNOWN_FILE');
});

it('sends decisions, replacements, answers, and escalating stops to the runner', async () => {
  const failures = async (call: string) =>
    (await ask(api, `mutation ($run: ID!) { ${call} { id } }`, { run: id })).errors;
  expect(await failures('decideFailure(run: $run, action: GOTO)')).toMatchObject([
    { extensions: { code: 'BAD_INPUT' } },
  ]);
  expect(await failures('decideFailure(run: $run, action: GOTO, line: 4)')).toBeUndefined();
  expect(commands().at(-1)).toMatchObject({ name: 'decide', action: 'GOTO', line: 4 });
  expect(await failures('replaceRemaining(run: $run, script: "x = 2")')).toBeUndefined();
  expect(await failures('answerAsk(run: $run, ask: 3, answer: "yes")')).toBeUndefined();
  expect(commands().at(-1)).toMatchObject({ name: 'answer', ask: 3, answer: 'yes' });
  expect(await failures('stopRun(id: $run, level: INTERRUPT, escalate: true)')).toBeUndefined();
  expect(commands().at(-1)).toMatchObject({
    name: 'stop',
    escalate: true,
    requestedAt: expect.any(String) as string,
  });
});

it('returns the versions of the script', async () => {
  const at = '2026-11-24T04:00:01.000Z';
  const statements = [{ index: 0, firstLine: 1, lastLine: 1 }];
  runner.events(id, [
    { seq: 2, at, type: 'script', version: 2, script: 'x = 2\n', firstChanged: 0, statements, by: 'alice' },
  ]);
  await vi.waitFor(
    async () => {
      const { data } = await ask<{ run: { scriptVersions: unknown[] } }>(
        api,
        'query ($id: ID!) { run(id: $id) { scriptVersions { version script by } } }',
        { id },
      );
      expect(data.run.scriptVersions).toEqual([{ version: 2, script: 'x = 2\n', by: 'alice' }]);
    },
    { timeout: 10_000 },
  );
});
