/** An admin adds, changes and disables users; this affects their open pages. */
import { expect, test, type Page } from '@playwright/test';
import { PASSWORD, fillSignIn, signIn, startWith } from '@sequencer/testing/pages/sign-in';
import type { Stack } from '@sequencer/testing/stack/stack';
import { violations } from '../src/axe.ts';

let stack: Stack;
test.beforeAll(async () => {
  test.setTimeout(180_000);
  stack = await startWith(['ada:admin', 'otto:operator']);
});
test.afterAll(() => stack.stop());

const line = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

test('an admin adds a user, who changes the password and is disabled', async ({ page, browser }) => {
  test.setTimeout(120_000);
  await signIn(page, `${stack.url}/users`, 'ada');
  await page.getByRole('link', { name: 'Settings' }).click();
  const file = page.getByRole('region', { name: 'Password' });
  await expect(file).toContainText("in the site's users file");
  await expect(file.getByRole('textbox')).toHaveCount(0);
  await page.goBack();
  const form = page.getByRole('form', { name: 'New user' });
  await expect(line(page, 'otto')).toContainText("in the site's users file");
  await expect(line(page, 'otto').getByRole('button')).toHaveCount(0);
  await form.getByLabel('Name').fill('otto');
  await form.getByLabel('Initial password').fill('of the first day');
  await form.getByRole('button', { name: 'Add' }).click();
  await expect(form.getByRole('alert')).toContainText('otto is defined in the users file');
  await form.getByLabel('Name').fill('olga');
  await form.getByLabel('satp1').check();
  await form.getByRole('button', { name: 'Add' }).click();
  await expect(line(page, 'olga')).toContainText('operator of satp1, added');
  await expect(form.getByLabel('Initial password')).toHaveValue('');

  const hers = await (await browser.newContext()).newPage();
  await signIn(hers, `${stack.url}/settings`, 'olga', 'of the first day');
  await expect(hers.getByRole('link', { name: 'Users' })).toHaveCount(0);
  const card = hers.getByRole('region', { name: 'Password' });
  await card.getByLabel('Current password').fill('not this one');
  await card.getByLabel('New password').fill(PASSWORD);
  await card.getByRole('button', { name: 'Change password' }).click();
  await expect(card.getByRole('alert')).toHaveText('The current password is wrong. Type it again.');
  await card.getByLabel('Current password').fill('of the first day');
  await card.getByRole('button', { name: 'Change password' }).click();
  await expect(card.getByRole('status')).toContainText('The password has been changed.');
  await hers.goto(`${stack.url}/lat`);
  await expect(hers.getByRole('note')).toHaveText('You are watching lat. Ask an admin for permission to operate it.');

  await line(page, 'olga').getByRole('button', { name: 'Role' }).click();
  await line(page, 'olga').getByLabel('lat').check();
  await line(page, 'olga').getByRole('button', { name: 'Change role' }).click();
  await expect(line(page, 'olga')).toContainText('operator of satp1, lat');
  await hers.reload();
  await expect(hers.getByRole('button', { name: 'Queue', exact: true })).toBeEnabled();
  await expect(hers.getByRole('note')).toHaveCount(0);

  await line(page, 'olga').getByRole('button', { name: 'Disable' }).click();
  await expect(line(page, 'olga').getByRole('status')).toHaveText('This user can no longer sign in.');
  await expect(hers.getByText('Your session has ended.')).toBeVisible();
  await fillSignIn(hers, 'olga');
  await expect(hers.getByRole('alert')).toHaveText('The name or the password is wrong. Check both, then try again.');

  await line(page, 'olga').getByRole('button', { name: 'Enable' }).click();
  await line(page, 'olga').getByRole('button', { name: 'Password' }).click();
  await line(page, 'olga').getByLabel('New password').fill('of the second day');
  await line(page, 'olga').getByRole('button', { name: 'Change password' }).click();
  await expect(line(page, 'olga').getByRole('status')).toContainText('The password has been changed');
  await fillSignIn(hers, 'olga', 'of the second day');
  await expect(hers.getByText('Live ·')).toBeVisible();
  await hers.context().close();
});

test('an admin among the users cannot lock themselves out', async ({ page }) => {
  await signIn(page, `${stack.url}/users`, 'ada');
  const form = page.getByRole('form', { name: 'New user' });
  await form.getByLabel('Name').fill('hana');
  await form.getByLabel('Initial password').fill(PASSWORD);
  await form.getByLabel('Role').selectOption('admin');
  await form.getByRole('button', { name: 'Add' }).click();
  await expect(line(page, 'hana')).toContainText('admin, added');
  await page.context().clearCookies();
  await signIn(page, `${stack.url}/users`, 'hana');
  await expect(line(page, 'hana').getByRole('button', { name: 'Disable' })).toBeDisabled();
  await line(page, 'hana').getByRole('button', { name: 'Role' }).click();
  await expect(line(page, 'hana').getByLabel('Role').getByRole('option')).toHaveText(['admin']);
});

test('axe finds no violation on the page, in any theme and width', async ({ page }) => {
  await signIn(page, `${stack.url}/users`, 'ada');
  const form = page.getByRole('form', { name: 'New user' });
  await form.getByLabel('Name').fill('quinn');
  await form.getByLabel('Initial password').fill(PASSWORD);
  await form.getByRole('button', { name: 'Add' }).click();
  await expect(line(page, 'quinn')).toBeVisible();
  for (const theme of ['dark', 'light', 'night']) {
    await page.evaluate((name) => {
      localStorage.setItem('sequencer.theme', name);
    }, theme);
    await page.reload();
    await line(page, 'quinn').getByRole('button', { name: 'Role' }).click();
    await line(page, 'quinn').getByRole('button', { name: 'Disable' }).click();
    await expect(line(page, 'quinn')).toContainText('disabled');
    expect(await violations(page)).toEqual([]);
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false);
    }
    await line(page, 'quinn').getByRole('button', { name: 'Enable' }).click();
    await expect(line(page, 'quinn').getByRole('button', { name: 'Disable' })).toBeVisible();
  }
});
