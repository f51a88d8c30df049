/** A live script that is edited, answered and stopped through the API, with a real runner. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startSimulator, type Simulator } from '@sequencer/simulator/simulator';
import type { Api } from '../../src/server.ts';
import { startRunner, type RealRunner } from '@sequencer/testing/api/real-runner';
import { ask, newDatabase, start, submit } from '@sequencer/testing/api/running-api';

let api: Api;
let runner: RealRunner;
let simulator: Simulator;
const ocs = mkdtempSync(join(tmpdir(), 'sequencer-ocs-'));

beforeAll(async () => {
  simulator = await startSimulator({ telescopes: ['satp1'], speed: 1, port: 0 });
  const site = `hub:\n  wamp_http: ${simulator.url}/satp1/call\n  address_root: observatory\n`;
  writeFileSync(join(ocs, 'default.yaml'), site);
  writeFileSync(join(ocs, 'sorunlib.yaml'), 'registry: registry\n');
  api = await start(await newDatabase());
  runner = await startRunner(api, ['--stop-grace-seconds', '1', '--terminate-grace-seconds', '1'], {
    OCS_CONFIG_DIR: ocs,
    SORUNLIB_CONFIG: join(ocs, 'sorunlib.yaml'),
  });
});
afterAll(async () => {
  await runner.stop();
  await api.close();
  await simulator.close();
  rmSync(ocs, { recursive: true });
});

const RUN = `id phase reason exitCode startAt
  failure { type message awaitingDecision }
  statements { state attempts version }
  scriptVersions { version firstChanged by script }
  asks { ask kind question default answered { answer by } }
  progress { name done total }
  stops { level by deadline escalate reaction { reaction text } }
  telescope { operations { agent operation since } problem at }
  traces { id prompt { number reason exception { type } stack { line function } } }
  output { text }`;

interface Run {
  phase: string;
  reason: string | null;
  failure: { type: string; message: string; awaitingDecision: boolean } | null;
  statements: { state: string; attempts: number; version: number }[];
  scriptVersions: { version: number; firstChanged: number; by: string; script: string }[];
  asks: { ask: number; kind: string; question: string; answered: { answer: string; by: string } | null }[];
  progress: { name: string; done: number; total: number | null }[];
  stops: { level: string; by: string; deadline: string | null; reaction: { text: string } | null }[];
  telescope: { operations: { agent: string; operation: string }[]; problem: string | null } | null;
  traces: { prompt: { reason: string; stack: { line: number }[] } | null }[];
  output: { text: string }[];
}

async function look(id: string): Promise<Run> {
  const { data } = await ask<{ run: Run }>(api, `query ($id: ID!) { run(id: $id) { ${RUN} } }`, { id });
  return data.run;
}

/** The run, once it is as wanted. */
async function until(id: string, wanted: (run: Run) => boolean): Promise<Run> {
  return vi.waitFor(
    async () => {
      const run = await look(id);
      if (!wanted(run)) throw new Error(`${run.phase}: ${run.reason ?? ''} ${JSON.stringify(run)}`);
      return run;
    },
    { timeout: 20_000, interval: 50 },
  );
}

/** The error's code, or null when it was done. */
async function codeOf(mutation: string, variables: Record<string, unknown>): Promise<string | null> {
  const types = { id: 'ID!', script: 'String!', action: 'FailureAction!', line: 'Int', ask: 'Int!', answer: 'String!' };
  const declared = Object.keys(variables).map((name) => `$${name}: ${types[name as keyof typeof types]}`);
  const { errors } = await ask(api, `mutation (${declared.join(', ')}) { ${mutation} { id } }`, variables);
  return errors?.[0]?.extensions.code ?? null;
}

const text = (run: Run) => run.output.map((piece) => piece.text).join('');
const begin = async (script: string, more: Record<string, unknown> = {}) => {
  const { data, errors } = await submit(api, { script, ...more });
  expect(errors).toBeUndefined();
  return data.submitRun.id;
};

it('holds a failure by the setting of the sequencer, and continues after an edit', async () => {
  const setting = await ask<{ setHoldOnFailure: { holdOnFailure: boolean } }>(
    api,
    'mutation { setHoldOnFailure(sequencer: "satp1", hold: true) { holdOnFailure } }',
  );
  expect(setting.data.setHoldOnFailure.holdOnFailure).toBe(true);
  const script = 'az = 200\ndef move(az):\n    assert az < 180, "too far"\nmove(az)\nprint("moved")\n';
  const id = await begin(script);
  const held = await until(id, (run) => run.failure?.awaitingDecision === true && run.traces[0]?.prompt != null);
  expect(held.phase).toBe('PAUSED');
  expect(held.reason).toBe(
    'Held on a failure: AssertionError: too far. Clean-up code has run. Retry, skip or edit the statement, or stop the run.',
  );
  expect(held.traces[0]?.prompt?.stack.map((frame) => frame.line)).toEqual([4, 3]);
  const replace = 'replaceRemaining(run: $id, script: $script)';
  expect(await codeOf(replace, { id, script: script.replace('200', '100') })).toBe('STATEMENT_STARTED');
  expect(await codeOf(replace, { id, script: script.replace('move(az)\n', 'move(az\n') })).toBe('SYNTAX_ERROR');
  const edited = script.replace('move(az)\nprint', 'move(az - 100)\nprint');
  expect(await codeOf(replace, { id, script: edited })).toBeNull();
  const decide = 'decideFailure(run: $id, action: $action, line: $line)';
  expect(await codeOf(decide, { id, action: 'GOTO', line: 77 })).toBe('BAD_INPUT');
  expect(await codeOf(decide, { id, action: 'RETRY', line: null })).toBeNull();
  const done = await until(id, (run) => run.phase === 'SUCCEEDED');
  expect(text(done)).toBe('moved\n');
  expect(done.failure).toBeNull();
  expect(done.statements.map((s) => [s.state, s.attempts, s.version])).toEqual([
    ['DONE', 1, 1],
    ['DONE', 1, 1],
    ['DONE', 2, 2],
    ['DONE', 1, 2],
  ]);
  expect(done.scriptVersions).toEqual([{ version: 2, firstChanged: 2, by: 'tester', script: edited }]);
  expect(await codeOf(decide, { id, action: 'RETRY', line: null })).toBe('RUN_FINISHED');
  // The setting of a run overrides that of the sequencer.
  const own = await begin('1 / 0\n', { holdOnFailure: false });
  expect((await until(own, (run) => run.phase === 'FAILED')).failure?.type).toBe('ZeroDivisionError');
});

it('shows questions of the script, and sends the answers to it', async () => {
  const id = await begin(
    'import sequencer\nsequencer.progress(1, 2, "scan")\nprint(sequencer.confirm("Is the dome open?"), input())\n',
  );
  const asking = await until(id, (run) => run.asks.length === 1);
  expect(asking).toMatchObject({ phase: 'RUNNING', reason: 'Waiting for an answer: Is the dome open?' });
  expect(asking.asks[0]).toMatchObject({ ask: 1, kind: 'confirm', answered: null });
  expect(asking.progress).toEqual([{ name: 'scan', done: 1, total: 2 }]);
  const answer = 'answerAsk(run: $id, ask: $ask, answer: $answer)';
  expect(await codeOf(answer, { id, ask: 1, answer: 'perhaps' })).toBe('BAD_INPUT');
  expect(await codeOf(answer, { id, ask: 1, answer: 'yes' })).toBeNull();
  expect(await codeOf(answer, { id, ask: 1, answer: 'no' })).toBe('ASK_ANSWERED');
  await until(id, (run) => run.asks.length === 2);
  expect(await codeOf(answer, { id, ask: 2, answer: 'and the wind?' })).toBeNull();
  const done = await until(id, (run) => run.phase === 'SUCCEEDED');
  expect(text(done)).toBe('True and the wind?\n');
  expect(done.asks.map((a) => a.answered)).toEqual([
    { answer: 'yes', by: 'tester' },
    { answer: 'and the wind?', by: 'tester' },
  ]);
});

it('starts at a later statement, and lists what that skips', async () => {
  const script = 'import os\nx = 1\nprint("x" in globals())\n';
  const { data } = await ask<{ checkScript: { code: string; message: string }[] }>(
    api,
    'mutation ($s: String!) { checkScript(sequencer: "satp1", script: $s, startAt: 2) { code message } }',
    { s: script },
  );
  expect(data.checkScript).toEqual([
    { code: 'LEFT_OUT', message: 'Statements 1 to 2 (lines 1 to 2) are skipped, including import os.' },
  ]);
  const id = await begin(script, { startAt: 2 });
  const done = await until(id, (run) => run.phase === 'SUCCEEDED');
  expect(text(done)).toBe('False\n');
  expect(done.statements.map((s) => s.state)).toEqual(['SKIPPED', 'SKIPPED', 'DONE']);
  const { errors } = await submit(api, { script, startAt: 3 });
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' } });
});

it('lists the statements, and starts at a chosen line', async () => {
  const blocks = Array.from({ length: 360 }, (_, n) => [
    `# block ${String(n)}`,
    `stream('on', tag='cmb,${String(n)}')`,
  ]);
  const head = ['\ufeff"""Doc;', '"""; import os', 'done = []', '@(lambda f: f)', 'def f(): pass', '\f', 'text = """'];
  const lines = [...head, 'stream() # no statement', '"""; more = 1; most = 2', ...blocks.flat()];
  const script = lines.join('\r\n');
  const { data } = await ask<{ listStatements: { index: number; firstLine: number; lastLine: number }[] }>(
    api,
    'mutation ($s: String!) { listStatements(sequencer: "satp1", script: $s) { index firstLine lastLine } }',
    { s: script },
  );
  const firsts = data.listStatements.map((s) => s.firstLine);
  expect(firsts.slice(0, 9)).toEqual([1, 2, 3, 4, 7, 9, 9, 11, 13]);
  const chosen = firsts.findIndex((first) => lines[first - 1]?.includes("'cmb,356'"));
  const line = firsts[chosen] ?? 0;
  const { errors } = await submit(api, { script, startLine: line - 1 });
  expect(errors?.[0]?.message).toMatch(/^startLine: no statement begins at line \d+\.$/);
  const remedy = expect.stringMatching(/^The nearest begins at line \d+\.$/) as string;
  expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_INPUT', remedy });
  const id = await begin(script, { startLine: line, holdOnFailure: false });
  const done = await until(id, (run) => run.phase === 'FAILED');
  // Nothing has defined `stream`: the first statement that ran has failed.
  expect(done.failure?.type).toBe('NameError');
  expect(done.statements.findIndex((s) => s.state !== 'SKIPPED')).toBe(chosen);
});

it('reads the status of the telescope while no run is active', async () => {
  const { data, errors } = await ask<{ telescopeStatus: Run['telescope'] }>(
    api,
    '{ telescopeStatus(sequencer: "satp1") { operations { agent operation since } problem at } }',
  );
  expect(errors).toBeUndefined();
  expect(data.telescopeStatus?.problem).toBeNull();
  expect(data.telescopeStatus?.operations).toContainEqual(
    expect.objectContaining({ agent: 'acu1', operation: 'monitor' }),
  );
});

it('escalates a stop on request, and reports the operations still running', async () => {
  const script = `
import json, os, signal, time, urllib.request
signal.signal(signal.SIGINT, signal.SIG_IGN)
call = {"procedure": "observatory.acu1.ops", "args": ["start", "go_to", {"az": 300, "el": 50}], "kwargs": {}}
address = ${JSON.stringify(`${simulator.url}/satp1/call`)}
request = urllib.request.Request(address, json.dumps(call).encode(), {"Content-Type": "application/json"})
print(urllib.request.urlopen(request).status)
time.sleep(60)
`;
  const id = await begin(script);
  await until(id, (run) => text(run).includes('200'));
  const stop = 'stopRun(id: $id, level: INTERRUPT, escalate: true)';
  expect(await codeOf(stop, { id })).toBeNull();
  const done = await until(id, (run) => run.phase === 'TERMINATED');
  expect(done.reason).toBe('Terminated by the system, as tester asked.');
  expect(done.stops.map((s) => [s.level, s.by])).toEqual([
    ['INTERRUPT', 'tester'],
    ['TERMINATE', 'the system, as tester asked'],
  ]);
  expect(done.telescope?.problem).toBeNull();
  expect(done.telescope?.operations).toContainEqual(expect.objectContaining({ agent: 'acu1', operation: 'go_to' }));
});
