/** The checks before a start: in the dialogs that start a run, and at queued runs. */
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { expectNoViolation } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';

test.use({ settings: { SEQUENCERS: 'satp1' } });

// The page has the theme of the system.
test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
});

const SCRIPT = "import socket\nassert socket.gethostname() == 'daq-lat-sequencer'\n";

test('a start in spite of a warning needs a reason, which the audit shows', async ({ page, stack }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load(SCRIPT);
  await page.getByRole('button', { name: /^Run Ctrl/ }).click();
  const dialog = page.getByRole('dialog');
  const checks = dialog.getByRole('region', { name: 'Checks before the start' });
  await expect(checks).toContainText('1 warning');
  await expect(checks.getByRole('listitem').first()).toContainText('Warning: Host name.');
  await expect(checks).toContainText('Agents. The script names no agents.');
  await expect(checks).toContainText('GiB are free.');
  const run = dialog.getByRole('button', { name: 'Run', exact: true });
  await expect(run).toBeDisabled();
  await expectNoViolation(page, 'the dialog Run with a warning');
  await dialog.getByLabel(/^Reason to start/).fill('Test of the assert.');
  await run.click();
  await expect(sequencer.state).toContainText('Failed');
  const { audit } = await stack.query<{ audit: { entries: { details: string }[] } }>(
    '{ audit(filter: { action: "submitRun" }) { entries { details } } }',
  );
  expect(audit.entries[0]?.details).toContain('Test of the assert.');
});

test('a script without warnings starts without a reason', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load('print(1)\n');
  await sequencer.start();
  await expect(sequencer.state).toContainText('Succeeded');
});

test('marks the queued runs, and opens the list of checks', async ({ page, stack }) => {
  await stack.submit('import time\ntime.sleep(60)\n', { start: 'RUNNING' });
  const id = await stack.submit(SCRIPT, { start: 'QUEUED', title: 'wrong telescope' });
  const { run } = await stack.query<{ run: { number: number } }>('query ($id: ID!) { run(id: $id) { number } }', {
    id,
  });
  const number = String(run.number);
  await page.goto('/satp1');
  const mark = page.getByRole('button', { name: `Checks of run ${number}: 1 warning` });
  await mark.click();
  const list = page.getByRole('dialog', { name: `Checks before run ${number}` });
  await expect(list).toContainText('Line 2 requires the host name daq-lat-sequencer');
  await expectNoViolation(page, 'the list of checks');
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(mark).toBeFocused();

  await page.goto('/satp1/queue');
  await mark.focus();
  await page.keyboard.press('Enter');
  await expect(list).toContainText('Line 2 requires the host name daq-lat-sequencer');
  await expect(page.getByRole('menu')).toHaveCount(0);
});
