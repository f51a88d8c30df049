/** Dialogs require confirmation before something starts, and keep the keyboard's focus. */
import { expect, test } from '../src/fixtures.ts';

test('the confirmation of a run has a name, and returns the focus to the editor', async ({ page }) => {
  await page.goto('/lat');
  const editor = page.getByRole('textbox', { name: 'Script', exact: true });
  await editor.fill('print(1)');
  await editor.press('Control+Enter');
  const dialog = page.getByRole('dialog', { name: /^Run this script on lat now\?/ });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(editor).toBeFocused();
});
