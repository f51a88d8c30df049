/** Dialogs require confirmation before something starts, and keep the keyboard's focus. */
import type { Locator } from '@playwright/test';
import { expect, test } from '../src/fixtures.ts';

/** A dialog that is just appearing does not react to the key. */
async function closeWithEscape(dialog: Locator): Promise<void> {
  await expect(async () => {
    await dialog.press('Escape', { timeout: 500 });
    await expect(dialog).toHaveCount(0, { timeout: 500 });
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

test('the confirmation of a run lists the warnings of the editor by line', async ({ page }) => {
  await page.goto('/lat');
  await page.getByRole('textbox', { name: 'Script', exact: true }).fill('print(1)\nprnt(2)');
  await expect(page.locator('.cm-lint-marker-warning')).toHaveCount(1);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('dialog').getByRole('listitem')).toHaveText(['Warning: line 2: Undefined name `prnt`']);
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
});
