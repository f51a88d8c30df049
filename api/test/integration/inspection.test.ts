/** Breakpoints, steps and looking into a stopped run, by GraphQL with a real runner. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Api } from '../../src/server.ts';
import { startRunner, type RealRunner } from '@sequencer/testing/api/real-runner';
import { ask, newDatabase, start, submit } from '@sequencer/testing/api/running-api';

let api: Api;
let runner: RealRunner;
beforeEach(async () => {
  api = await start(await newDatabase());
  runner = await startRunner(api);
});
afterEach(async () => {
  await runner.stop();
  await api.close();
});

interface State {
  phase: string;
  reason: string | null;
  traces: { id: number; prompt: { number: number; reason: string; stack: { file: string; line: number }[] } | null }[];
}

async function state(id: string): Promise<State> {
  const { data } = await ask<{ run: State }>(
    api,
    'query ($id: ID!) { run(id: $id) { phase reason traces { id prompt { number reason stack { file line } } } } }',
    { id },
  );
  return data.run;
}

async function promptOf(id: string, number: number) {
  return vi.waitFor(
    async () => {
      const prompt = (await state(id)).traces[0]?.prompt;
      if (prompt?.number !== number) throw new Error(`no prompt ${String(number)} yet`);
      return prompt;
    },
    { timeout: 30_000, interval: 50 },
  );
}

async function phase(id: string, wanted: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect((await state(id)).phase).toBe(wanted);
    },
    { timeout: 30_000, interval: 50 },
  );
}

const SCRIPT = `import json
values = {"az": [1, 2, 3]}
for n in range(5):
    text = json.dumps(values, indent=n)
print("end")
`;

it('stops at a breakpoint in a library, can be inspected and changed, and continues to a line', async () => {
  const { data } = await submit(api, { script: SCRIPT, breakpoints: [{ line: 4, condition: 'n == 3' }] });
  const { id } = data.submitRun;
  const prompt = await promptOf(id, 1);
  expect(prompt).toMatchObject({ reason: 'breakpoint', stack: [{ file: '<script>', line: 4 }] });
  expect((await state(id)).reason).toBe('Paused at the breakpoint in line 4, because n == 3.');

  const evaluated = await ask<{ evaluate: unknown }>(
    api,
    'mutation ($run: ID!) { evaluate(run: $run, trace: 1, prompt: 1, expression: "values[\'az\'].append(n)") { ok text } }',
    { run: id },
  );
  expect(evaluated.data.evaluate).toEqual({ ok: true, text: 'None' });

  const opened = await ask<{ variables: unknown }>(
    api,
    `query ($run: ID!) {
      variables(run: $run, trace: 1, prompt: 1, path: ["values", "#0"], after: 3) { total variables { name value } }
    }`,
    { run: id },
  );
  expect(opened.data.variables).toEqual({ total: 4, variables: [{ name: '[3]', value: '3' }] });

  const set = await ask<{ setBreakpoints: { file: string; problem: string | null }[] }>(
    api,
    'mutation ($run: ID!) { setBreakpoints(run: $run, breakpoints: [{ file: "json.encoder", line: 190 }]) { file problem } }',
    { run: id },
  );
  const file = set.data.setBreakpoints[0]?.file ?? '';
  expect(file).toMatch(/json\/encoder\.py$/);
  const source = await ask<{ source: { text: string } }>(
    api,
    'query ($run: ID!, $file: String!) { source(run: $run, file: $file) { text } }',
    { run: id, file },
  );
  expect(source.data.source.text).toContain('class JSONEncoder');
  const secret = await ask(api, 'query ($run: ID!) { source(run: $run, file: "/etc/passwd") { text } }', { run: id });
  expect(secret.errors?.[0]?.extensions.code).toBe('UNKNOWN_FILE');

  const step =
    'mutation ($run: ID!, $n: Int!, $c: StepCommand!, $line: Int) { stepTrace(run: $run, trace: 1, prompt: $n, command: $c, line: $line) { id } }';
  await ask(api, 'mutation ($run: ID!) { setBreakpoints(run: $run, breakpoints: []) { line } }', { run: id });
  await ask(api, step, { run: id, n: 1, c: 'UNTIL', line: 5 });
  expect((await promptOf(id, 2)).stack).toEqual([{ file: '<script>', line: 5 }]);
  await ask(api, step, { run: id, n: 2, c: 'CONTINUE' });
  await phase(id, 'SUCCEEDED');
  const record = await ask<{ run: { events: { type: string; data: string }[] } }>(
    api,
    'query ($id: ID!) { run(id: $id) { events(types: ["evaluated"]) { type data } } }',
    { id },
  );
  expect(record.data.run.events.map((event) => JSON.parse(event.data) as object)).toMatchObject([
    { by: 'tester', expression: "values['az'].append(n)", ok: true },
  ]);
  const wrong = await ask(api, 'query ($id: ID!) { run(id: $id) { events(types: ["no\\u0000ne"]) { seq } } }', { id });
  expect(wrong.errors?.[0]?.extensions.remedy).toContain('Known types: ');
});

it('interrupts a hanging evaluation, and nothing else', async () => {
  const { id } = (await submit(api, { script: SCRIPT, startPaused: true })).data.submitRun;
  await promptOf(id, 1);
  const evaluate =
    'mutation ($run: ID!) { evaluate(run: $run, trace: 1, prompt: 1, expression: "while True: pass") { ok text } }';
  const hanging = ask<{ evaluate: unknown }>(api, evaluate, { run: id });
  await vi.waitFor(
    async () => {
      const { errors } = await ask(api, evaluate, { run: id });
      expect(errors?.[0]?.extensions.code).toBe('STILL_EVALUATING');
    },
    { timeout: 20_000, interval: 50 },
  );
  const stopped = await ask(api, 'mutation ($run: ID!) { interruptEvaluation(run: $run, trace: 1, prompt: 1) }', {
    run: id,
  });
  expect(stopped.errors).toBeUndefined();
  expect((await hanging).data.evaluate).toEqual({ ok: false, text: 'Interrupted.' });
  await ask(api, 'mutation ($id: ID!) { resumeRun(id: $id) { id } }', { id });
  await phase(id, 'SUCCEEDED');
});

const TASKS = `import asyncio
async def hold(lock):
    async with lock:
        await asyncio.sleep(0.05)
async def stepped(lock):
    await asyncio.sleep(0)
    async with lock:
        print("has it")
async def main():
    lock = asyncio.Lock()
    await asyncio.gather(hold(lock), stepped(lock))
asyncio.run(main())
`;

it('freezes the other tasks of a loop during a step, reports it, and resumes them', async () => {
  const { id } = (await submit(api, { script: TASKS, breakpoints: [{ line: 6 }] })).data.submitRun;
  const stopped = async (line: number) =>
    vi.waitFor(
      async () => {
        const found = (await state(id)).traces.find((trace) => trace.prompt?.stack.at(-1)?.line === line);
        if (!found?.prompt) throw new Error(`nothing is paused at line ${String(line)} yet`);
        return { trace: found.id, prompt: found.prompt.number };
      },
      { timeout: 30_000, interval: 50 },
    );
  const at = await stopped(6);
  const step =
    'mutation ($run: ID!, $trace: Int!, $prompt: Int!) { stepTrace(run: $run, trace: $trace, prompt: $prompt, command: NEXT, others: WAIT) { id } }';
  await ask(api, step, { run: id, ...at });
  const next = await stopped(7);
  const stepping = await ask(api, step, { run: id, ...next });
  expect(stepping.errors).toBeUndefined();
  const waiting = () =>
    ask<{ run: { reason: string | null; traces: { id: number; frozenTasks: number }[] } }>(
      api,
      'query ($id: ID!) { run(id: $id) { reason traces { id frozenTasks } } }',
      { id },
    ).then(({ data }) => data.run);
  await vi.waitFor(
    async () => {
      const { reason, traces } = await waiting();
      expect(traces.find((trace) => trace.id === at.trace)?.frozenTasks).toBe(1);
      expect(reason).toContain(`The step of trace ${String(at.trace)} is waiting, and 1 other task is frozen.`);
    },
    { timeout: 30_000, interval: 50 },
  );
  const resumeOthers = 'mutation ($run: ID!, $trace: Int!) { resumeOtherTasks(run: $run, trace: $trace) { id } }';
  const unknown = await ask(api, resumeOthers, { run: id, trace: 99 });
  expect(unknown.errors?.[0]?.extensions.code).toBe('UNKNOWN_TRACE');
  expect((await ask(api, resumeOthers, { run: id, trace: at.trace })).errors).toBeUndefined();
  const got = await stopped(8);
  expect((await waiting()).traces.every((trace) => trace.frozenTasks === 0)).toBe(true);
  await ask(api, step.replace(', others: WAIT', '').replace('NEXT', 'CONTINUE'), { run: id, ...got });
  await phase(id, 'SUCCEEDED');
  const record = await ask<{ run: { events: { data: string }[] } }>(
    api,
    'query ($id: ID!) { run(id: $id) { events(types: ["action"]) { data } } }',
    { id },
  );
  expect(record.data.run.events.map(({ data }) => (JSON.parse(data) as { detail: string }).detail)).toEqual([
    '',
    `Trace ${String(at.trace)} steps over, while the other tasks of its event loop are frozen.`,
    `Trace ${String(at.trace)} steps over, while the other tasks of its event loop are frozen.`,
    'There is no trace 99, or it has ended.',
    `The tasks that were frozen for the step of trace ${String(at.trace)} continue.`,
    `Trace ${String(at.trace)} continues.`,
  ]);
  // A script itself is no task.
  const { id: other } = (await submit(api, { script: 'print(1)\n', startPaused: true })).data.submitRun;
  await promptOf(other, 1);
  const refused = await ask(api, step, { run: other, trace: 1, prompt: 1 });
  expect(refused.errors?.[0]?.extensions.code).toBe('OTHERS_CANNOT_WAIT');
  await ask(api, 'mutation ($id: ID!) { resumeRun(id: $id) { id } }', { id: other });
  await phase(other, 'SUCCEEDED');
});
