/** Dialogs require confirmation before something starts, and keep the keyboard's focus. */
import { writeFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Locator } from '@playwright/test';
import { Simulator } from '@sequencer/testing/stack/simulator';
import { expect, test } from '../src/fixtures.ts';
import { QueueOnPage } from '../src/queue.ts';

/** A dialog that is just appearing does not react to the key. */
async function closeWithEscape(dialog: Locator): Promise<void> {
  await expect(async () => {
    if ((await dialog.count()) > 0) await dialog.press('Escape', { timeout: 500 });
    await expect(dialog).toHaveCount(0, { timeout: 2000 });
  }).toPass();
}

const MODE = 'query { sequencer(name: "satp1") { mode } }';

test('the mode Queue requires confirmation before it starts a run; the focus returns to its button', async ({
  page,
  stack,
}) => {
  const id = await stack.submit('print(1)\n', { title: 'iv', start: 'QUEUED' });
  const mode = async () => (await stack.query<{ sequencer: { mode: string } }>(MODE)).sequencer.mode;
  await page.goto('/satp1');
  const queue = page.getByRole('button', { name: 'Queue', exact: true });
  await queue.click();
  const dialog = page.getByRole('dialog', { name: 'Set the mode of satp1 to Queue?' });
  await expect(dialog).toContainText(/Run \d+, iv, starts now\./);
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await closeWithEscape(dialog);
  await expect(queue).toBeFocused();
  expect(await mode()).toBe('OFF');
  expect(await stack.phase(id)).toBe('QUEUED');

  await queue.click();
  await dialog.getByRole('button', { name: 'Set to Queue' }).click();
  await stack.until(id, 'SUCCEEDED');
  expect(await mode()).toBe('QUEUE');
});

test('the page of an active run shows the next run, and keeps the queue from continuing', async ({
  page,
  stack,
}, info) => {
  const file = info.outputPath('end');
  const waits = `import os, time\nwhile not os.path.exists(${JSON.stringify(file)}):\n    time.sleep(0.05)\n`;
  const active = await stack.submit(waits, { sequencer: 'lat', title: 'first' });
  const ids: string[] = [];
  for (const title of ['second', 'third']) {
    ids.push(await stack.submit('print(1)\n', { sequencer: 'lat', title, start: 'QUEUED' }));
  }
  await page.goto('/lat');
  const after = page.getByRole('group', { name: 'After this run' });
  await expect(after).toContainText('No queued run starts; 2 wait.');
  const button = (name: string) => after.getByRole('button', { name, exact: true });
  // Nothing starts now, so the mode Queue needs no confirmation.
  await button('Queue').click();
  await expect(button('Queue')).toHaveAttribute('aria-pressed', 'true');
  await expect(after).toContainText(/Next: #\d+ second\s+if this run succeeds; 1 more waits/);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await button('Off').click();
  await expect(after).toContainText('No queued run starts; 2 wait.');
  writeFileSync(file, '');
  await stack.until(active, 'SUCCEEDED');
  for (const id of ids) expect(await stack.phase(id)).toBe('QUEUED');

  // On the page of the run that ended last, the queue can continue.
  const why = page.getByRole('region', { name: 'Why it ended' });
  await expect(why).toContainText('2 queued runs wait.');
  await page.getByRole('button', { name: 'New run' }).click();
  const queue = new QueueOnPage(page);
  await queue.choose('third', 'To the top');
  await queue.expectOrder(['third', 'second']);
  await page.goto(`/runs/${active}`);
  await why.getByRole('button', { name: 'Queue', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Set the mode of lat to Queue?' });
  await dialog.getByRole('button', { name: 'Set to Queue' }).click();
  for (const id of ids) await stack.until(id, 'SUCCEEDED');
  await stack.query('mutation { setMode(sequencer: "lat", mode: OFF) { name } }');
});

test('the confirmation of a run has a name, and returns the focus to the editor', async ({ page }) => {
  await page.goto('/lat');
  const editor = page.getByRole('textbox', { name: 'Script', exact: true });
  await editor.fill('print(1)');
  await editor.press('Control+Enter');
  const dialog = page.getByRole('dialog', { name: /^Run this script on lat now\?/ });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await closeWithEscape(dialog);
  await expect(editor).toBeFocused();
});

test('the confirmation of a run shows its size, its warnings and the telescope, and goes to the line of a warning', async ({
  page,
}) => {
  await page.goto('/lat');
  const editor = page.getByRole('textbox', { name: 'Script', exact: true });
  await editor.fill('print(1)\nprnt(2); print(3)');
  // Immediately: the dialog waits for the check of this text.
  await page.keyboard.press('Control+Enter');
  const dialog = page.getByRole('dialog', { name: /^Run this script on lat now\?/ });
  const findings = dialog.getByRole('list', { name: 'Findings' });
  await expect(findings.getByRole('listitem')).toHaveText(['Warning: line 2: Undefined name `prnt`']);
  await expect(dialog).toContainText('3 statements, 2 lines');
  await expect(dialog).toContainText('daq-lat-sequencer');
  const telescope = dialog.getByRole('status', { name: 'Telescope now' });
  await expect(telescope).toContainText(/Checked \d+ s ago/);
  // With or without an earlier run on this telescope.
  await expect(telescope.getByText(/^Running(?: from before that)?: \d+ operations/)).toBeVisible();
  await expect(telescope).toContainText('acu1 monitor');
  await expect(dialog.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await findings.getByRole('button', { name: 'line 2: Undefined name' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(editor).toBeFocused();
  await expect(page.locator('.cm-activeLine')).toHaveText('prnt(2); print(3)');
});

test('the confirmation of a run lists what the last run has left running', async ({ page, stack }) => {
  const telescope = new Simulator(stack, 'satp1');
  await telescope.fault({ agent: 'smurf1', kind: 'hang', op: 'take_noise' });
  const left = "import sorunlib as run\nrun.initialize()\nrun.CLIENTS['smurf'][0].take_noise.start()\n";
  await stack.until(await stack.submit(left), 'SUCCEEDED');
  await page.goto('/satp1');
  await page.getByRole('textbox', { name: 'Script', exact: true }).fill('print(1)');
  await page.keyboard.press('Control+Enter');
  const status = page.getByRole('dialog').getByRole('status', { name: 'Telescope now' });
  await expect(status).toContainText(/Started since run \d+ began, and still running:/);
  await expect(status.getByRole('listitem')).toContainText(['smurf1 take_noise']);
  await telescope.fault({ agent: 'smurf1', kind: 'none' });
  await expect(status).toContainText(/Nothing started since run \d+ began is still running/, { timeout: 20_000 });
});

test('the editor counts errors and warnings, and F8 goes to each and shows its message', async ({ page }) => {
  await page.goto('/lat');
  const panel = page.getByRole('region', { name: 'Editor' });
  const editor = panel.getByRole('textbox', { name: 'Script', exact: true });
  await editor.fill('prnt(1)\nprint(2)\nprnt(3)');
  await expect(panel.getByRole('button', { name: '2 warnings' })).toBeVisible();
  await editor.press('Control+Home');
  const message = panel.getByRole('status').filter({ hasText: 'line' });
  await editor.press('F8');
  await expect(message).toHaveText('line 3: Undefined name `prnt`');
  await editor.press('Shift+F8');
  await expect(message).toHaveText('line 1: Undefined name `prnt`');
  await panel.getByRole('button', { name: '2 warnings' }).click();
  await expect(message).toHaveText('line 3: Undefined name `prnt`');
  await expect(editor).toBeFocused();

  await editor.fill('print(1)\nx = (\n');
  await expect(panel.getByRole('button', { name: '1 error' })).toBeVisible();
  await panel.getByRole('button', { name: 'List the errors and warnings' }).click();
  await panel.getByRole('list', { name: 'Findings' }).getByRole('button').click();
  await expect(message).toHaveText("line 2: '(' was never closed");
  await editor.press('Control+Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('The run cannot start until the error is fixed.');
  await expect(dialog.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  await closeWithEscape(dialog);
  // Tab indents, and Escape lets it leave the editor.
  await editor.press('Escape');
  await editor.press('Tab');
  await expect(editor).not.toBeFocused();
});
