/** `sequencer run` in a terminal: questions, Ctrl-C, and what the server finds in a script. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '../src/fixtures.ts';
import { root } from '@sequencer/testing/root';
import type { Stack } from '@sequencer/testing/stack/stack';

const CLI = join(root, 'bin/sequencer');

function write(script: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sequencer-script-')), 'night.py');
  writeFileSync(file, script);
  return file;
}

/** Runs a script on a terminal of its own. For each text that is shown, what is typed then. */
async function onTerminal(stack: Stack, script: string, answers: [string, string][]) {
  const helper = [join(root, 'e2e/src/on_a_terminal.py'), JSON.stringify(answers)];
  const child = spawn(join(root, '.venv/bin/python'), [...helper, CLI, 'run', '--sequencer', 'satp1', write(script)], {
    env: { ...process.env, SEQUENCER_URL: stack.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [shown, status] = await Promise.all([
    text(child.stdout),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { shown, status };
}

interface Newest {
  id: string;
  phase: string;
  asks: { ask: number; answered: unknown }[];
}

async function newestRun(stack: Stack): Promise<Newest | undefined> {
  const { runs } = await stack.query<{ runs: { edges: { node: Newest }[] } }>(
    '{ runs(first: 1) { edges { node { id phase asks { ask answered { by } } } } } }',
  );
  return runs.edges[0]?.node;
}

/** Answers in the browser's stead as soon as the question is there. */
async function answerElsewhere(stack: Stack, answer: string): Promise<void> {
  const openAsk = async () => (await newestRun(stack))?.asks.find(({ answered }) => answered === null)?.ask;
  await expect.poll(openAsk).toBeDefined();
  const [run, ask] = [(await newestRun(stack))?.id, await openAsk()];
  const mutation =
    'mutation ($run: ID!, $ask: Int!, $answer: String!) { answerAsk(run: $run, ask: $ask, answer: $answer) { id } }';
  await stack.query(mutation, { run, ask, answer });
}

test('shows a question in the terminal, and sends the answer that is typed there', async ({ stack }) => {
  const script = `import sequencer
print('hello', input('Your name? '))
print(sequencer.confirm('Is the dome open?'), sequencer.ask('Which filter?', default='f150'))
print('last', input('No space:'))
`;
  const { shown, status } = await onTerminal(stack, script, [
    ['Your name? ', 'Žofie\r'],
    ['Is the dome open? [yes/no] ', 'maybe\r'],
    ['BAD_INPUT', 'yes\r'],
    ['Which filter? [Enter for f150] ', '\r'],
    ['No space:', 'x\r'],
  ]);
  expect(shown).toContain('hello Žofie');
  expect(shown).toContain('yes or no is expected');
  expect(shown).toContain('True f150');
  expect(shown).toContain('last x');
  expect(status).toBe(0);
});

test('withdraws the prompt when the question is answered elsewhere, and prints by whom', async ({ stack }) => {
  const ended = onTerminal(stack, "print('hello', input('Your name? '))\n", [['Your name? ', 'half an ans']]);
  await answerElsewhere(stack, 'anna');
  const { shown, status } = await ended;
  expect(shown).toMatch(/sequencer: Answered by \S+: anna/);
  expect(shown).toContain('hello anna');
  expect(status).toBe(0);
});

test('prints where to answer when standard input is closed or not a terminal', async ({ stack }) => {
  for (const stdin of ['ignore', 'pipe'] as const) {
    const file = write("print('hello', input('Your name? '))\n");
    const child = spawn(CLI, ['run', '--server', stack.url, '--sequencer', 'satp1', file], {
      stdio: [stdin, 'pipe', 'pipe'],
    });
    child.stdin?.end('not an answer\n');
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (piece: Buffer) => (stdout += piece.toString()));
    child.stderr?.on('data', (piece: Buffer) => (stderr += piece.toString()));
    const status = new Promise((resolve) => child.once('close', resolve));
    await expect.poll(() => stderr).toContain(`the script asks: Your name?  Answer at ${stack.url}/runs/`);
    await answerElsewhere(stack, 'anna');
    expect(await status).toBe(0);
    expect(stdout).toBe('Your name? hello anna\n');
    expect(stderr).toContain((await newestRun(stack))?.id ?? 'no run');
  }
});

test('interrupts at the first Ctrl-C, and only prints the state at the next ones', async ({ stack }) => {
  const script = `import sys, time
try:
    print('scanning', flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print('cleaning up', flush=True)
    print(input('Is the scan stopped? '))
    sys.exit(7)
`;
  const { shown, status } = await onTerminal(stack, script, [
    ['scanning', '\u0003'],
    ['Is the scan stopped? ', '\u0003'],
    ['sequencer stop --level terminate satp1/', '\u0003'],
    ['sequencer stop --level terminate satp1/', '\u0003'],
    ['sequencer stop --level terminate satp1/', 'yes\r'],
  ]);
  expect(shown).toContain('cleaning up');
  expect(shown).toMatch(/sequencer: run satp1\/\d+ is stopping\./);
  expect(shown).toContain('yes');
  expect(shown.match(/stopping the run \(interrupt\)/g)).toHaveLength(1);
  expect(shown).not.toContain('(terminate)');
  expect(shown).not.toContain('kill');
  expect(status).toBe(7);
  expect((await newestRun(stack))?.phase).toBe('INTERRUPTED');
});

test('prints findings with file, line and column, as compilers do', ({ stack }) => {
  const run = (file: string, input = '') =>
    spawnSync(CLI, ['run', '--server', stack.url, '--sequencer', 'satp1', file], {
      input,
      encoding: 'utf8',
      timeout: 30_000,
    });
  const broken = 'x = 1\nfor (\n';
  const file = write(broken);
  const refused = run(file);
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr.split('\n')[0]).toBe(`${file}:2:5: error: '(' was never closed [SYNTAX_ERROR]`);
  expect(run('-', broken).stderr.split('\n')[0]).toBe("<stdin>:2:5: error: '(' was never closed [SYNTAX_ERROR]");
  const warned = write('x = 1\nprint(x is 1)\n');
  const { status, stdout, stderr } = run(warned);
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'True\n' });
  expect(stderr).toContain(`${warned}:2: warning: "is" with`);
});
