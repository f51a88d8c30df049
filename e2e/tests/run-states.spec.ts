/** Accessibility of every state of a run and of every dialog, in both themes: axe, and where the focus is afterwards. */
import type { Locator, Page } from '@playwright/test';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { expectNoViolation } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';

const STOP = 'mutation ($id: ID!, $level: StopLevel!) { stopRun(id: $id, level: $level) { id } }';
const PAUSE = 'mutation ($id: ID!) { pauseRun(id: $id) { id } }';

const SLEEPS = `import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('\\x1b[31mred\\x1b[0m \\x1b[2;44mdim on blue\\x1b[0m')
time.sleep(3600)
`;
const FAILS = "def move(az):\n    raise ValueError('busy')\nmove(90)\nprint('after')\n";
const LOOPS = `import threading, time
def measure(n):
    values = {'n': n}
    time.sleep(0.01)
    return values
def loop():
    while True:
        measure(1)
threading.Thread(target=loop, name='monitor', daemon=True).start()
loop()
`;

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
});

/** Opens a dialog with the focus on a control, checks it, and expects the focus there after Escape. */
async function checkDialog(page: Page, opener: Locator, open: () => Promise<void>, name: string | RegExp) {
  await opener.focus();
  await open();
  const dialog = page.getByRole('dialog', { name });
  await expect(dialog).toBeVisible();
  await expectNoViolation(page, `dialog ${String(name)}`);
  // A dialog that is just appearing does not react to the key.
  await expect(async () => {
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0, { timeout: 500 });
  }).toPass();
  await expect.soft(opener, `focus after dialog ${String(name)}`).toBeFocused();
}
const press = (page: Page, key: string) => () => page.keyboard.press(key);

test('axe finds no violation while a run is prepared, waits, runs and is stopped', async ({ page, stack }) => {
  test.setTimeout(300_000);
  await stack.query('mutation { setMode(sequencer: "satp1", mode: OFF) { name } }');
  const sequencer = new SequencerPage(page);
  await page.goto('/satp1');
  const editor = page.getByRole('textbox', { name: 'Script', exact: true });
  await editor.fill('print(1)\nprnt(2)');
  await expect(page.locator('.cm-lint-marker-warning')).toHaveCount(1);
  await expectNoViolation(page, 'idle');
  await checkDialog(page, editor, press(page, 'Control+Enter'), /^Run this script on satp1 now/);

  const id = await stack.submit(SLEEPS, { start: 'QUEUED', title: 'sleeps' });
  const queue = page.getByRole('button', { name: 'Queue', exact: true });
  await expect(page.getByRole('button', { name: /^#\d+ sleeps/ })).toBeVisible();
  await checkDialog(page, queue, () => queue.click(), 'Set the mode of satp1 to Queue?');
  await checkDialog(page, queue, press(page, '?'), 'Keyboard shortcuts');
  await checkDialog(page, queue, press(page, 'Control+k'), 'Search or jump to');
  await page.goto(`/runs/${id}`);
  await expect(sequencer.state).toContainText('Queued');
  await expectNoViolation(page, 'queued');

  await stack.query('mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  await expect(sequencer.state).toContainText('Running');
  await expect(sequencer.output).toContainText('dim on blue');
  await expectNoViolation(page, 'running');
  await stack.query(PAUSE, { id });
  await expect(sequencer.controls).toContainText('Pausing');
  await expectNoViolation(page, 'pausing');
  const stop = page.getByRole('button', { name: 'Stop', exact: true });
  await checkDialog(page, stop, press(page, 'Shift+F5'), /^Stop run/);
  await stack.query(STOP, { id, level: 'INTERRUPT' });
  await expect(sequencer.state).toContainText('Stopping');
  await expectNoViolation(page, 'stopping');
  await stop.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Terminate now…' }).click();
  await expectNoViolation(page, 'stop menu after a stop was sent');
  await page.keyboard.press('Escape');

  const api = stack.part('api/src/main.ts');
  process.kill(api, 'SIGSTOP');
  try {
    await expect(sequencer.state).toContainText('Last known', { timeout: 20_000 });
    await expectNoViolation(page, 'stale');
  } finally {
    process.kill(api, 'SIGCONT');
  }
  await expect(sequencer.state).not.toContainText('Last known', { timeout: 20_000 });
  await stack.query(STOP, { id, level: 'KILL' });
  await expect(sequencer.state).toContainText('Killed');
  await expectNoViolation(page, 'ended by a stop');
});

test('axe finds no violation while a run is held on a failure, and after its end', async ({ page, stack }) => {
  test.setTimeout(300_000);
  const sequencer = new SequencerPage(page);
  const held = await stack.submit(FAILS, { holdOnFailure: true });
  await page.goto(`/runs/${held}`);
  await expect(page.getByRole('alert', { name: 'A statement failed' })).toBeVisible();
  await expectNoViolation(page, 'held');
  await page
    .getByRole('button', { name: /^Edit remaining lines/ })
    .first()
    .click();
  const remaining = page.getByRole('textbox', { name: 'Lines that have not run' });
  await remaining.getByText('move(90)').click();
  await page.keyboard.press('End');
  await page.keyboard.type('  # again');
  await expectNoViolation(page, 'editing the remaining lines');
  const apply = page.getByRole('button', { name: /^Apply to run/ });
  await checkDialog(page, apply, () => apply.click(), /^Apply 1 changed line to run/);
  await apply.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply and retry' }).click();
  await expect(page.getByRole('alert', { name: 'A statement failed' })).toContainText('failed 2 times');
  const version = page.getByRole('button', { name: /version 2/ });
  await checkDialog(page, version, () => version.click(), 'Changes in version 2');
  await stack.query('mutation ($id: ID!) { decideFailure(run: $id, action: STOP) { id } }', { id: held });
  await expect(sequencer.state).toContainText('Failed');
  await expectNoViolation(page, 'ended by a failure');
  const again = page.getByRole('button', { name: 'Run again…' });
  await checkDialog(page, again, () => again.click(), /^Run the script of run/);
  await page.getByRole('tab', { name: 'Events' }).click();
  await page.getByTitle('Show this moment in the replay').last().click();
  await expect(sequencer.state).toContainText('Replay');
  await expectNoViolation(page, 'replay, with the events');
});

test('axe finds no violation while a run asks or is paused, and after its success', async ({ page, stack }) => {
  test.setTimeout(300_000);
  const sequencer = new SequencerPage(page);
  const asking = await stack.submit("input('Which filter?')\n");
  await page.goto(`/runs/${asking}`);
  const ask = page.getByRole('alert', { name: 'The script asks: Which filter?' });
  await expect(ask).toBeVisible();
  await expectNoViolation(page, 'asking');
  await ask.getByRole('textbox').fill('f090');
  await ask.getByRole('textbox').press('Enter');
  await expect(sequencer.state).toContainText('Succeeded');
  await page.getByRole('button', { name: 'Find and filter' }).click();
  await expectNoViolation(page, 'ended by success, with find');

  const paused = await stack.submit(LOOPS, { breakpoints: [{ line: 5 }] });
  await page.goto(`/runs/${paused}`);
  await expect(sequencer.state).toContainText('Paused');
  await page.getByRole('button', { name: 'Change the breakpoint at line 5' }).click();
  const expression = page.getByRole('textbox', { name: /^Expression or statement/ });
  await expression.fill('values');
  await expression.press('Enter');
  await expect(page.getByText("{'n': 1}").first()).toBeVisible();
  await expectNoViolation(page, 'paused');
  await stack.query(STOP, { id: paused, level: 'KILL' });
});
