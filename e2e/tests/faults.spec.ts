/** Parts of Sequencer are killed while a script runs: the script continues, no output is lost, and the page stays correct. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const TICKS =
  "import time\nfor i in range(60):\n    print('tick', i, flush=True)\n    time.sleep(0.1)\nprint('all ticks')\n";

async function outputOf(
  stack: { query: <T>(q: string, v: Record<string, unknown>) => Promise<T> },
  id: string,
): Promise<string> {
  const { run } = await stack.query<{ run: { output: { text: string }[] } }>(
    'query ($id: ID!) { run(id: $id) { output(first: 5000) { text } } }',
    { id },
  );
  return run.output.map((piece) => piece.text).join('');
}

const EXPECTED = [...Array.from({ length: 60 }, (_, i) => `tick ${String(i)}\n`), 'all ticks\n'].join('');

test('after the API is killed, the script continues and the page catches up', async ({ page, stack }) => {
  const sequencer = new SequencerPage(page);
  const id = await stack.submit(TICKS);
  await page.goto('/satp1');
  await expect(sequencer.output).toContainText('tick 5');
  process.kill(stack.part('api/src/main.ts'), 'SIGKILL');
  await expect(sequencer.output).toContainText('all ticks', { timeout: 30_000 });
  await expect(sequencer.state).toContainText('Succeeded');
  const lines = (await sequencer.output.locator('.text').allTextContents()).filter((line) => line.startsWith('tick'));
  expect(new Set(lines).size).toBe(lines.length);
  expect(await outputOf(stack, id)).toBe(EXPECTED);
});

test('after PostgreSQL is killed, no output is lost', async ({ stack }) => {
  const id = await stack.submit(TICKS);
  await stack.until(id, 'RUNNING');
  process.kill(stack.part('postgres -D'), 'SIGKILL');
  await expect.poll(() => stack.phase(id).catch(() => 'unreachable'), { timeout: 40_000 }).toBe('SUCCEEDED');
  expect(await outputOf(stack, id)).toBe(EXPECTED);
});

test('a script that is killed ends as Killed', async ({ stack }) => {
  const id = await stack.submit('import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n');
  expect(await stack.until(id, 'KILLED', 'SUCCEEDED', 'FAILED', 'LOST')).toBe('KILLED');
});

test('after the worker is killed, the run is Lost and the next run starts', async ({ page, stack }) => {
  const sequencer = new SequencerPage(page);
  const id = await stack.submit('import time\ntime.sleep(120)\n');
  await page.goto('/satp1');
  await expect(sequencer.state).toContainText('Running');
  process.kill(stack.part('--sequencer satp1'), 'SIGKILL');
  await expect(sequencer.state).toContainText('Lost', { timeout: 40_000 });
  expect(await stack.phase(id)).toBe('LOST');
  const next = await stack.submit('print(1)\n');
  expect(await stack.until(next, 'SUCCEEDED', 'FAILED')).toBe('SUCCEEDED');
});

test('without messages from the server the page is marked as stale and the controls are disabled', async ({
  page,
  stack,
  context,
}) => {
  const sequencer = new SequencerPage(page);
  const id = await stack.submit('import time\ntime.sleep(60)\n');
  await page.goto('/satp1');
  await expect(sequencer.state).toContainText('Running');
  const api = stack.part('api/src/main.ts');
  process.kill(api, 'SIGSTOP');
  try {
    await expect(sequencer.state).toContainText('Last known', { timeout: 9000 });
    await expect(sequencer.state).toContainText(/\d+ s ago, \d\d:\d\d:\d\d UTC/);
    await expect(page.getByRole('alert').first()).toContainText('No data from the server');
    await expect(page.getByRole('button', { name: /^Pause/ })).toBeDisabled();
    await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeDisabled();
    await sleep(500);
  } finally {
    process.kill(api, 'SIGCONT');
  }
  await expect(sequencer.state).not.toContainText('Last known', { timeout: 15_000 });
  await context.setOffline(false);
  await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
  await expect(sequencer.state).toContainText('Killed');
});
