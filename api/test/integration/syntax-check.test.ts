/** The API checks the syntax of scripts itself unless a runner does. */
import type { Finding } from '@sequencer/model';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, start, submit, until } from '@sequencer/testing/api/running-api';

const BROKEN = 'x = 1\nprint((\n';
/** Refused by Python 3.11 and accepted by Python 3.12. */
const NEWER = 'x = f"{"y"}"\n';

let api: Api;
beforeEach(async () => {
  api = await start(await newDatabase());
});
afterEach(() => api.close());

async function check(script: string): Promise<Finding[]> {
  const { data } = await ask<{ checkScript: Finding[] }>(
    api,
    'mutation ($script: String!) { checkScript(sequencer: "satp1", script: $script) { severity line column code message } }',
    { script },
  );
  return data.checkScript;
}

const code = async (script: string) =>
  (await submit(api, { script, start: 'QUEUED' })).errors?.[0]?.extensions.code ?? 'accepted';

async function connect(python?: string): Promise<TestRunner> {
  const runner = await TestRunner.connect(api, [], { python });
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  return runner;
}

async function disconnect(runner: TestRunner): Promise<void> {
  runner.leave();
  await until(async () => {
    const { data } = await ask<{ sequencer: { runner: { connected: boolean } } }>(
      api,
      '{ sequencer(name: "satp1") { runner { connected } } }',
    );
    expect(data.sequencer.runner.connected).toBe(false);
  });
}

it('refuses a script with a syntax error without a runner, and creates nothing', async () => {
  expect(await check(BROKEN)).toEqual([
    {
      ...{ severity: 'error', line: 3, column: 1, code: 'SYNTAX_ERROR' },
      message: 'line 3: unexpected EOF while parsing',
    },
  ]);
  const { errors } = await submit(api, { script: BROKEN });
  expect(errors?.[0]).toMatchObject({
    message: 'line 3: unexpected EOF while parsing',
    extensions: { code: 'SYNTAX_ERROR', remedy: 'Fix the reported line.' },
  });
  const { data } = await ask<{ sequencer: { queue: unknown[] } }>(api, '{ sequencer(name: "satp1") { queue { id } } }');
  expect(data.sequencer.queue).toEqual([]);
});

it('reports undefined names, and what was not checked, without a runner', async () => {
  expect(await check('print(scann)\n')).toMatchObject([
    { severity: 'warning', line: 1, column: 7, code: 'UNDEFINED_NAME', message: 'Undefined name `scann`' },
    { severity: 'info', line: null, code: 'NOT_CHECKED' },
  ]);
  expect(await code('print(scann)\n')).toBe('accepted');
});

it('reports calls of sorunlib that must fail, with and without a runner', async () => {
  const script = 'import sorunlib as run\nrun.acu.move_to(180)\n';
  const problem = { severity: 'warning', line: 2, column: 1, code: 'SORUNLIB' };
  expect(await check(script)).toMatchObject([
    { ...problem, message: 'run.acu.move_to needs el. It takes az, el.' },
    { code: 'NOT_CHECKED' },
  ]);
  await connect();
  expect(await check(script)).toMatchObject([problem]);
  expect(await code(script)).toBe('accepted');
});

it('accepts what the Python of the connected runner compiles', async () => {
  await connect();
  expect(await check(BROKEN)).toEqual([]);
  expect(await code(BROKEN)).toBe('accepted');
});

it('adds the undefined names to the findings of the runner, and leaves its syntax error alone', async () => {
  const runner = await connect();
  const ofRunner = {
    severity: 'warning',
    line: 1,
    column: null,
    code: 'PLATFORM_CHECK',
    message: 'Another telescope.',
  };
  runner.answer = () => ({ ok: true, result: [ofRunner] });
  expect((await check('print(scann)\n')).map((finding) => finding.code)).toEqual(['PLATFORM_CHECK', 'UNDEFINED_NAME']);
  const error = {
    severity: 'error',
    line: 2,
    column: 1,
    code: 'SYNTAX_ERROR',
    message: "line 2: '(' was never closed",
  };
  runner.answer = () => ({ ok: true, result: [error] });
  expect(await check(BROKEN)).toEqual([error]);
});

it('applies the version of Python that the disconnected runner reported', async () => {
  expect(await code(NEWER)).toBe('accepted');
  await disconnect(await connect('3.11.2'));
  expect(await code(NEWER)).toBe('SYNTAX_ERROR');
  await disconnect(await connect('3.12.0'));
  expect(await code(NEWER)).toBe('accepted');
});

it('accepts a script that cannot be checked, and reports that', async () => {
  const deep = '('.repeat(100_000);
  const { errors } = await ask(
    api,
    'mutation ($script: String!) { checkScript(sequencer: "satp1", script: $script) { code } }',
    { script: deep },
  );
  expect(errors?.[0]).toMatchObject({
    message: 'The script cannot be checked because the runner is not connected.',
    extensions: { code: 'RUNNER_AWAY' },
  });
  expect(await code(deep)).toBe('accepted');
  expect(await code(BROKEN)).toBe('SYNTAX_ERROR');
});
