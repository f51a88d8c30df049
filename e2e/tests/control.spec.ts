/** Pauses, steps and stops a run that two browsers show. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const COUNTER = 'import time\ni = 0\nwhile True:\n    i += 1\n    time.sleep(0.02)\n';

test('a run pauses, steps with keys, continues and is interrupted', async ({ page, context }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', COUNTER);
  await expect(sequencer.state).toContainText('Running');

  const other = await context.newPage();
  await other.goto('/satp1');
  const second = new SequencerPage(other);
  await expect(second.state).toContainText('Running');

  await page.keyboard.press('F6');
  await expect(sequencer.state).toContainText('Paused');
  await expect(second.state).toContainText('Paused');
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText('Call stack');
  // Only a paused thread is selected: while the step is in progress none is, and F8 would do nothing.
  const line = details.getByRole('button', { name: /^T1 MainThread.* line \d+/, pressed: true });
  const before = await line.textContent();
  await page.keyboard.press('F10');
  await expect.poll(async () => ((await line.count()) > 0 ? line.textContent() : before)).not.toBe(before);
  await page.keyboard.press('F8');
  await expect(sequencer.state).toContainText('Running');

  await page.keyboard.press('Shift+F5');
  const ladder = page.getByRole('dialog', { name: /Stop run/ });
  await expect(ladder).toBeVisible();
  await expect(sequencer.state).toContainText('Running');
  await expect(ladder.getByRole('button', { name: 'Kill' })).toHaveCount(0);
  await ladder.getByRole('button', { name: 'Interrupt' }).click();
  await expect(sequencer.state).toContainText('Interrupted');
  await expect(second.state).toContainText('Interrupted');
  // The interrupted statement is not shown as failed.
  const statements = page.getByRole('region', { name: 'Statements over time' });
  await expect(statements).toContainText('0 failed');
  await expect(statements).toContainText('1 interrupted');
});

test('a pause inside a long call shows what it waits for, and can be cancelled', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', 'import time\ntime.sleep(30)\n');
  await expect(sequencer.state).toContainText('Running');
  await page.getByRole('button', { name: /^Pause/ }).click();
  await expect(sequencer.controls).toContainText('waiting for line 2 to return');
  await sequencer.controls.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('button', { name: /^Pause/ })).toBeVisible();
  await page.keyboard.press('Shift+F5');
  const ladder = page.getByRole('dialog', { name: /Stop run/ });
  await ladder.getByRole('button', { name: 'Terminate now…' }).click();
  await ladder.getByRole('button', { name: 'Terminate', exact: true }).click();
  await expect(sequencer.state).toContainText('Terminated');
});

test('a run that starts paused is at its first line', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load("print('first')\nprint('second')\n");
  await sequencer.start('Run paused');
  await expect(sequencer.state).toContainText('Paused');
  await expect(sequencer.output).not.toContainText('first');
  // The state comes with the telescope's updates, the prompt with the run's: keys work once both are here.
  await expect(sequencer.controls.getByRole('button', { name: 'Into', exact: true })).toBeEnabled();
  // Step into steps over a call without Python code.
  await page.keyboard.press('F11');
  await expect(sequencer.output).toContainText('first');
  await expect(sequencer.output).not.toContainText('second');
  await page.getByRole('button', { name: /Continue F8/ }).click();
  await expect(sequencer.state).toContainText('Succeeded');
  // Without a prompt the browser handles the keys: F5 reloads.
  const isPrevented = await page.evaluate(() => {
    const event = new KeyboardEvent('keydown', { key: 'F5', bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(isPrevented).toBe(false);
});

test('the next step can be sent as soon as the trace has stopped, before the last one is answered', async ({
  page,
  stack,
}) => {
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('stepTrace')) return route.continue();
    const response = await route.fetch();
    await held;
    await route.fulfill({ response });
  });
  const id = await stack.submit('a = 1\nb = 2\nc = 3\n', { startPaused: true });
  await page.goto('/satp1');
  const stopped = page.locator('.stopped-line');
  await expect(stopped).toContainText('a = 1');
  await page.keyboard.press('F10');
  await expect(stopped).toContainText('b = 2');
  await page.keyboard.press('F10');
  await expect(stopped).toContainText('c = 3');
  answer();
  await page.unrouteAll({ behavior: 'wait' });
  await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
  await stack.until(id, 'KILLED');
});
