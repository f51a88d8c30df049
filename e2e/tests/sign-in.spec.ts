/** Sign-in and sign-out in a browser, and the pages of each role. */
import { expect, test, type Page } from '@playwright/test';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { PASSWORD, signIn as signInAt, startWith } from '@sequencer/testing/pages/sign-in';
import type { Stack } from '@sequencer/testing/stack/stack';
import { violations } from '../src/axe.ts';

let stack: Stack;
test.beforeAll(async () => {
  test.setTimeout(180_000);
  stack = await startWith(['vera:viewer', 'otto:operator', 'sam:operator@satp1', 'ada:admin']);
});
test.afterAll(() => stack.stop());

const signIn = (page: Page, name: string, path = '/') => signInAt(page, stack.url + path, name);

test('the log at start warns that operators can read secrets', () => {
  expect(stack.log).toContain("every operator can read this installation's secrets and act as admin");
});

test('every page requires sign-in, which returns to the page', async ({ page }) => {
  for (const theme of ['dark', 'light', 'night']) {
    await page.goto(`${stack.url}/history?text=moon`);
    await page.evaluate((name) => {
      localStorage.setItem('sequencer.theme', name);
    }, theme);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await expect(page.getByLabel('Name')).toBeFocused();
    expect(await violations(page)).toEqual([]);
  }
  await page.getByLabel('Name').fill('otto');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText('The name or the password is wrong. Check both, then try again.');
  await expect(page.getByLabel('Password')).toHaveValue('');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  expect(page.url()).toBe(`${stack.url}/history?text=moon`);
});

test('a page from before an upgrade of the server offers to reload, because it cannot load the form', async ({
  page,
}) => {
  const form = '**/assets/SignInForm-*.js';
  await page.route(form, (route) => route.fulfill({ status: 404 }));
  await page.goto(stack.url);
  await expect(page.getByRole('alert')).toHaveText('The form could not be loaded. Reload the page to sign in.');
  expect(await violations(page)).toEqual([]);
  await page.unroute(form);
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByLabel('Name')).toBeFocused();
});

test('an operator runs a script; signing out ends the session in all tabs', async ({ page, context }) => {
  await signIn(page, 'otto', '/satp1');
  await page.locator('input[type=file]').setInputFiles({
    name: 'a.py',
    mimeType: 'text/x-python',
    buffer: Buffer.from('print(6 * 7)\n'),
  });
  await page.getByRole('button', { name: /^Run Ctrl/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('log', { name: 'Output of the script' })).toContainText('42');
  await expect(page.getByText('submitted by otto')).toBeVisible();
  const other = await context.newPage();
  await other.goto(`${stack.url}/lat`);
  await expect(other.getByText('Live ·')).toBeVisible();
  await page.getByRole('button', { name: 'otto operator: sign out' }).click();
  await page.getByRole('button', { name: 'Sign out here' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(other.getByText('Your session has ended.')).toBeVisible();
});

test('a viewer can only watch', async ({ page }) => {
  await signIn(page, 'vera', '/lat');
  await expect(page.getByRole('note')).toHaveText('You are watching. Ask an admin for the operator role.');
  await expect(page.getByRole('button', { name: /^Run/ })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'No run is active' })).toContainText('You cannot run scripts');
  await expect(page.getByRole('textbox', { name: 'Script', exact: true })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Queue', exact: true })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Pause the run' })).toHaveCount(0);
});

test('a viewer reads the variables of a paused script, and gets no field to change it', async ({ page, browser }) => {
  const operator = await browser.newPage();
  await signIn(operator, 'otto', '/satp1');
  const sequencer = new SequencerPage(operator);
  await sequencer.load('import json\ndef point(az):\n    track = [az, 42]\n    json.dumps(track)\npoint(180)\n');
  await sequencer.start('Run paused');
  for (const line of ['line 2', 'line 5', 'line 3', 'line 4']) {
    const into = sequencer.controls.getByRole('button', { name: 'Into', exact: true });
    await expect(into).toBeEnabled();
    await into.click();
    await expect(operator.getByRole('button', { name: new RegExp(`^T1 MainThread.*${line}`) })).toBeVisible();
  }

  await signIn(page, 'vera', '/satp1');
  const details = page.getByRole('complementary', { name: 'Details' });
  const variables = details.getByRole('region', { name: /^Variables T1 · point/ });
  await expect(variables.getByText('180', { exact: true })).toBeVisible();
  await variables.getByRole('button', { name: 'Expand track' }).click();
  await expect(variables.getByText('42', { exact: true })).toBeVisible();
  await details.getByRole('button', { name: /^<module> line 5/ }).click();
  await expect(details.getByRole('region', { name: /^Variables T1 · <module>/ })).toBeVisible();
  await expect(details.getByRole('region', { name: /^Breakpoints/ })).toContainText('No breakpoints.');
  await expect(details.getByRole('textbox')).toHaveCount(0);
  await expect(details.getByRole('group', { name: /^Step/ })).toHaveCount(0);
  await page
    .getByRole('region', { name: 'Script', exact: true })
    .locator('.breakpoint-gutter .cm-gutterElement')
    .nth(2)
    .click();

  // Into the library: the viewer reads its variables, and stays in the script.
  await sequencer.controls.getByRole('button', { name: 'Into', exact: true }).click();
  await expect(details.getByRole('region', { name: /^Variables T1 · dumps/ })).toBeVisible();
  await expect(details.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Script', exact: true })).toBeVisible();
  await sequencer.controls.getByRole('button', { name: /^Continue/ }).click();
  await expect(sequencer.state).toContainText('Succeeded');
  await operator.close();
});

test('an operator of one telescope can only watch the others', async ({ page }) => {
  await signIn(page, 'sam', '/lat');
  await expect(page.getByRole('note')).toHaveText('You are watching lat. Ask an admin for permission to operate it.');
  await page.goto(`${stack.url}/satp1`);
  await expect(page.getByRole('region', { name: /State and/ })).toBeVisible();
  await expect(page.getByRole('note')).toHaveCount(0);
});
