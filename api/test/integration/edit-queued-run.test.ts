/** Edits of queued runs: what can be changed, by whom it was changed, and an edit that meets the start. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import {
  TestRunner,
  ask,
  newDatabase,
  record,
  start,
  submit,
  until,
  type Answer,
} from '@sequencer/testing/api/running-api';

let api: Api;
let runner: TestRunner;
beforeEach(async () => {
  api = await start(await newDatabase());
  runner = await TestRunner.connect(api);
  runner.answer = (command) => {
    if (command.name === 'check' && command.script.includes('broken'))
      return { ok: true, result: [{ severity: 'error', line: 1, column: 1, code: 'SYNTAX_ERROR', message: 'broken' }] };
    if (command.name === 'statements')
      return {
        ok: true,
        result: [
          { index: 0, firstLine: 1, lastLine: 1 },
          { index: 1, firstLine: 2, lastLine: 2 },
        ],
      };
    return { ok: true };
  };
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
});
afterEach(() => api.close());

const PARTS = `title script arguments startPaused startAt holdOnFailure breakpoints { line condition }
  window { notBefore notAfter } version editedBy editedAt scriptHash`;
interface Parts extends Record<string, unknown> {
  script: string;
  version: number;
}
const edit = (id: string, input: Record<string, unknown>): Promise<Answer<{ editRun: Parts }>> =>
  ask(api, `mutation ($id: ID!, $input: EditRunInput!) { editRun(id: $id, input: $input) { ${PARTS} } }`, {
    id,
    input,
  });
const errorOf = async (id: string, input: Record<string, unknown>) => (await edit(id, input)).errors?.[0];
const codeOf = async (id: string, input: Record<string, unknown>) => (await errorOf(id, input))?.extensions.code;
const read = async (id: string) =>
  (await ask<{ run: Parts }>(api, `query ($id: ID!) { run(id: $id) { ${PARTS} } }`, { id })).data.run;
const queued = async (input: Record<string, unknown> = {}) =>
  (await submit(api, { start: 'QUEUED', ...input })).data.submitRun.id;
const setMode = (mode: string) => ask(api, `mutation { setMode(sequencer: "satp1", mode: ${mode}) { name } }`);

/** The script in the start command of the run; null if it has not started. */
function startedScript(id: string): string | null {
  for (const message of runner.received) {
    if (message.type !== 'command') continue;
    const { command } = message;
    if (command.name === 'start' && command.run === id) return command.script;
  }
  return null;
}

it('changes each part of a queued run, and starts it with the changes', async () => {
  const id = await queued({ title: 'before' });
  const notAfter = new Date(Date.now() + 3_600_000).toISOString();
  const changes = {
    script: 'y = 2\nz = 3\n',
    title: ' after ',
    arguments: ['--fast'],
    startPaused: true,
    holdOnFailure: true,
    startLine: 2,
    breakpoints: [{ line: 2, condition: 'y > 1' }],
    window: { notAfter },
  };
  const { data } = await edit(id, changes);
  const { startLine: _line, ...parts } = changes;
  const expected = { ...parts, title: 'after', startAt: 1, window: { notBefore: null, notAfter }, version: 2 };
  expect(data.editRun).toMatchObject({ ...expected, editedBy: 'tester' });
  expect(await read(id)).toEqual(data.editRun);
  await setMode('QUEUE');
  await until(() => {
    expect(startedScript(id)).toBe(changes.script);
  });
  const found = await ask<{ runs: { edges: { node: { id: string } }[] } }>(
    api,
    '{ runs(filter: { text: "after" }) { edges { node { id } } } }',
  );
  expect(found.data.runs.edges).toEqual([{ node: { id } }]);
});

it('keeps what is left out, and removes a title and a window with null', async () => {
  const window = { notBefore: null, notAfter: new Date(Date.now() + 3_600_000).toISOString() };
  const id = await queued({ title: 'scan', arguments: ['a'], window });
  expect((await edit(id, { startPaused: true })).data.editRun).toMatchObject({
    title: 'scan',
    arguments: ['a'],
    window,
  });
  const removed = (await edit(id, { title: null, window: null })).data.editRun;
  expect(removed).toMatchObject({ title: null, window: null, arguments: ['a'], startPaused: true, version: 3 });
});

it('checks the script and the limits as submitRun does', async () => {
  const id = await queued();
  const before = await read(id);
  expect(await codeOf(id, { script: 'broken(\n' })).toBe('SYNTAX_ERROR');
  expect(await codeOf(id, { script: '#'.repeat(600_000) })).toBe('SCRIPT_TOO_LARGE');
  expect(await codeOf(id, { script: 'x\0' })).toBe('SCRIPT_NOT_TEXT');
  expect((await errorOf(id, { title: 'x'.repeat(201) }))?.message).toMatch(/^title: /);
  expect((await errorOf(id, { window: { notAfter: '2026-01-01T00:00:00Z' } }))?.message).toMatch(/^window: /);
  expect((await errorOf(id, { startLine: 9 }))?.message).toContain('no statement begins at line 9');
  expect((await errorOf(id, {}))?.message).toBe('input: nothing to change.');
  expect((await errorOf(id, { version: 1 }))?.message).toBe('input: nothing to change.');
  expect(await read(id)).toEqual(before);
});

it('requires a new start for a new script of a run that starts at a later statement', async () => {
  const id = await queued({ startAt: 1 });
  expect((await errorOf(id, { script: 'y = 2\n' }))?.message).toMatch(/^startAt: /);
  expect((await edit(id, { script: 'y = 2\n', startAt: null })).data.editRun).toMatchObject({ startAt: null });
});

it('refuses an edit of an older version, and names the user who changed the run', async () => {
  const id = await queued();
  expect((await edit(id, { title: 'a', version: 1 })).errors).toBeUndefined();
  const refused = await errorOf(id, { title: 'b', version: 1 });
  expect(refused?.extensions.code).toBe('RUN_CHANGED');
  expect(refused?.message).toMatch(/^tester changed this run at \d\d:\d\d UTC\. /);
  const breakpoints = 'mutation ($run: ID!) { setBreakpoints(run: $run, breakpoints: [{ line: 1 }]) { line } }';
  await ask(api, breakpoints, { run: id });
  expect(await codeOf(id, { title: 'b', version: 2 })).toBe('RUN_CHANGED');
  expect(await read(id)).toMatchObject({ title: 'a', version: 3, breakpoints: [{ line: 1 }] });
});

it('lets only one of several concurrent edits of the same version win', async () => {
  const id = await queued();
  const titles = ['a', 'b', 'c', 'd', 'e'];
  const answers = await Promise.all(titles.map((title) => edit(id, { title, version: 1 })));
  const won = answers.filter(({ errors }) => !errors).map(({ data }) => data.editRun.title);
  expect(won).toHaveLength(1);
  expect(await read(id)).toMatchObject({ title: won[0], version: 2 });
});

it('refuses an edit of a started run, an ended one and an unknown one', async () => {
  const id = await queued({ start: 'RUNNING' });
  await until(() => {
    expect(runner.started).toEqual([id]);
  });
  expect(await codeOf(id, { title: 'late' })).toBe('RUN_STARTED');
  runner.events(id, record(0));
  await until(async () => {
    expect(await codeOf(id, { title: 'late' })).toBe('RUN_FINISHED');
  });
  expect(await codeOf('00000000-0000-4000-8000-000000000000', { title: 'x' })).toBe('UNKNOWN_RUN');
});

it('has the text that ran in the record when an edit meets the start', async () => {
  for (let round = 0; round < 12; round++) {
    await setMode('OFF');
    const id = await queued({ script: 'old = 1\n' });
    const requests = [() => setMode('QUEUE'), () => edit(id, { script: 'new = 1\n' })];
    const [first, second] = round % 2 === 0 ? requests : requests.toReversed();
    const answers = await Promise.all([first?.(), second?.()]);
    await until(() => {
      expect(startedScript(id)).not.toBeNull();
    });
    const edited = (round % 2 === 0 ? answers[1] : answers[0]) as Awaited<ReturnType<typeof edit>>;
    if (edited.errors) expect(edited.errors[0]?.extensions.code).toBe('RUN_STARTED');
    expect(startedScript(id)).toBe(edited.errors ? 'old = 1\n' : 'new = 1\n');
    expect((await read(id)).script).toBe(startedScript(id));
    runner.events(id, record(0));
    await until(async () => {
      expect(await codeOf(id, { title: 'late' })).toBe('RUN_FINISHED');
    });
  }
});

it('repeats a request with the same requestId after an edit', async () => {
  const id = await queued({ requestId: 'once' });
  await edit(id, { script: 'y = 2\n' });
  expect(await queued({ requestId: 'once' })).toBe(id);
});
