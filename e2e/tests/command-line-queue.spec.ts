/** The queue of a telescope from the command line. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { root } from '@sequencer/testing/root';
import { Stack } from '@sequencer/testing/stack/stack';

let stack: Stack;
const folder = mkdtempSync(join(tmpdir(), 'sequencer-queue-'));

test.beforeAll(async () => {
  test.setTimeout(180_000);
  stack = await Stack.start();
});
test.afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true });
});

function cli(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(join(root, 'bin/sequencer'), args, {
    env: { ...process.env, SEQUENCER_URL: stack.url, SEQUENCER: 'satp1' },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

function file(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, script);
  return path;
}

/** The titles in the order of the queue. */
const titles = () =>
  cli('queue', '--json')
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { title: string }).title);

test('adds, moves, edits, holds, releases and cancels queued runs, and starts the queue', async () => {
  test.setTimeout(180_000);
  expect(cli('mode', 'off', '--reason', 'clouds').stdout).toMatch(/^Mode off\. Set to Off by \S+: clouds$/m);
  const [a, b] = [file('a.py', 'print("a")\n'), file('b.py', 'print("b")\n')];
  const added = cli('add', '--copies', '2', a, b);
  expect(added).toMatchObject({ status: 0, stderr: '' });
  expect(added.stdout).toMatch(/^satp1\/1 is queued\. .*\nsatp1\/2 .*\nsatp1\/3 .*\nsatp1\/4 /);
  expect(titles()).toEqual(['a.py', 'b.py', 'a.py', 'b.py']);

  const broken = cli('add', a, file('broken.py', 'print((\n'));
  expect(broken.status).toBe(1);
  expect(broken.stderr).toContain('broken.py:1:7: error:');
  expect(titles()).toHaveLength(4);

  expect(
    cli(
      'add',
      '--position',
      '1',
      '--title',
      'first',
      '--not-before',
      '2090-01-01T05:10Z',
      '--resource',
      'laser',
      '--resource',
      'crane',
      b,
    ).status,
  ).toBe(0);
  expect(cli('queue', '--json').stdout).toContain('"resources":["crane","laser"]');
  expect(cli('move', 'satp1/4', '1').stdout).toMatch(/^ +1 satp1\/4 +b\.py/m);
  expect(titles()).toEqual(['b.py', 'first', 'a.py', 'b.py', 'a.py']);
  expect(cli('queue').stdout).toMatch(/^ +2 satp1\/5 +first +.*Not before 2090-01-01 05:10 UTC\.$/m);

  expect(cli('edit', 'satp1/4', '--title', 'edited', '--script', a).status).toBe(0);
  expect(cli('edit', 'satp1/5', '--not-before', 'none', '--resource', 'none')).toMatchObject({ status: 0, stderr: '' });
  expect(cli('queue').stdout).not.toContain('Not before');
  expect(cli('queue', '--json').stdout).not.toContain('laser');
  expect(cli('hold', 'satp1/4', '--reason', 'wind').stdout).toMatch(/On hold: wind \(\S+\)\./);
  expect(cli('cancel', 'satp1/2').stdout).toContain('satp1/2 is cancelled.');
  expect(titles()).toEqual(['edited', 'first', 'a.py', 'a.py']);

  expect(cli('mode', 'queue').status).toBe(0);
  await expect.poll(titles, { timeout: 120_000 }).toEqual(['edited']);
  expect(cli('release', 'satp1/4').status).toBe(0);
  await expect.poll(() => cli('logs', 'satp1/4').stdout, { timeout: 60_000 }).toBe('a\n');
  await expect
    .poll(() => cli('edit', 'satp1/4', '--title', 'late').stderr, { timeout: 60_000 })
    .toContain('RUN_FINISHED');
});

test('refuses what it cannot read, with the form that it reads', () => {
  const script = file('c.py', 'print("c")\n');
  const time = cli('add', '--not-before', 'soon', script);
  expect(time.status).toBe(2);
  expect(time.stderr).toContain('"soon" is not a time.');
  expect(time.stderr).toContain('Write 22:10 for the next 22:10 UTC');
  for (const args of [
    ['add', '--copies', 'two', script],
    ['add', '--after-failure', 'dance', script],
    ['move', 'satp1/1', 'up'],
    ['mode', 'on'],
    ['add', '--title', 'both', script, script],
  ])
    expect(cli(...args)).toMatchObject({ status: 2, stdout: '' });
  expect(cli('hold', 'satp1/999')).toMatchObject({ status: 1, stdout: '' });
});

test('stops the runs of all telescopes', async () => {
  const id = await stack.submit('import time\nwhile True:\n    time.sleep(0.1)\n', { sequencer: 'lat' });
  await stack.until(id, 'RUNNING');
  expect(cli('mode', 'queue').status).toBe(0);
  expect(cli('stop-all').status).toBe(2);
  const { status, stdout } = cli('stop-all', '--reason', 'lightning');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^lat\/1 .*\nAll modes are Off\.$/m);
  await stack.until(id, 'INTERRUPTED');
  const mode = await stack.query<{ sequencer: { modeReason: string } }>('{ sequencer(name: "satp1") { modeReason } }');
  expect(mode.sequencer.modeReason).toContain('stopped all telescopes: lightning.');
});
