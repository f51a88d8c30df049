/** A telescope with a control lock: the pages of two operators, and how control passes between them. */
import { expect, test, type Page } from '@playwright/test';
import { signIn, startWith } from '@sequencer/testing/pages/sign-in';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import type { Stack } from '@sequencer/testing/stack/stack';
import { violations } from '../src/axe.ts';

const SCRIPT = 'import time\nwhile True:\n    time.sleep(0.05)\n';
const WHY = 'You do not have control of lat.';

let stack: Stack;
test.beforeAll(async () => {
  test.setTimeout(180_000);
  stack = await startWith(['otto:operator', 'olga:operator'], { CONTROL_LOCK: 'lat' });
});
test.afterAll(() => stack.stop());

const control = (page: Page) => page.getByRole('group', { name: 'Control' });
const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });

test('an operator without control sees disabled buttons with the reason, and can get control', async ({ browser }) => {
  test.setTimeout(120_000);
  const [ottos, olgas] = await Promise.all([0, 1].map(async () => (await browser.newContext()).newPage()));
  if (!ottos || !olgas) throw new Error('no page');
  await signIn(ottos, `${stack.url}/lat`, 'otto');
  await signIn(olgas, `${stack.url}/lat`, 'olga');
  await expect(button(olgas, 'Queue')).toBeEnabled();
  await button(ottos, 'Take control').click();
  await expect(control(ottos)).toContainText('You have control of lat.');

  // While nothing runs: the mode and the editor.
  await expect(control(olgas)).toContainText('otto has control of lat.');
  await expect(olgas.getByText('has control of lat')).toHaveCount(1);
  await expect(button(olgas, 'Queue')).toBeDisabled();
  const editor = olgas.getByRole('region', { name: 'Editor' });
  await new SequencerPage(olgas).load(SCRIPT, 'wait.py');
  for (const name of ['Add to queue', 'Run paused', /^Run Ctrl/]) {
    await expect(editor.getByRole('button', { name })).toBeDisabled();
  }
  expect(await violations(olgas)).toEqual([]);

  // While a script runs: olga can only stop it.
  const otto = new SequencerPage(ottos);
  await otto.load(SCRIPT, 'wait.py');
  await button(ottos, /^Run Ctrl/).click();
  await ottos.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
  await expect(button(ottos, /^Pause/)).toBeEnabled();
  await expect(button(olgas, /^Pause/)).toBeDisabled();
  await expect(olgas.getByText(`${WHY} Any operator can stop the run.`)).toBeVisible();
  await expect(button(olgas, 'Stop')).toBeEnabled();
  for (const mode of ['Off', 'Queue']) {
    await expect(button(ottos, mode)).toBeEnabled();
    await expect(button(olgas, mode)).toBeDisabled();
  }
  await button(ottos, /^Pause/).click();
  await expect(button(ottos, 'Continue F8')).toBeEnabled();
  await expect(button(olgas, 'Continue F8')).toBeDisabled();
  await olgas.keyboard.press('F8');
  await expect(olgas.getByRole('region', { name: 'State and controls' })).toContainText('Paused');
  expect(await violations(olgas)).toEqual([]);

  // Olga requests control, and otto hands it over.
  await button(olgas, 'Request control').click();
  await expect(button(olgas, 'Requested')).toBeDisabled();
  await expect(control(ottos).getByRole('status')).toHaveText('olga requests control.');
  await button(ottos, 'Hand over').click();
  await expect(control(olgas)).toContainText('You have control of lat.');
  await expect(button(olgas, 'Continue F8')).toBeEnabled();
  await expect(button(ottos, 'Continue F8')).toBeDisabled();
  await expect(ottos.getByText('olga has control of lat.').first()).toBeVisible();

  // Otto takes over on the page of the run, which requires a reason.
  await ottos
    .getByRole('link', { name: /^#\d+$/ })
    .first()
    .click();
  await expect(ottos).toHaveURL(/\/runs\//);
  await button(ottos, 'Take over…').click();
  await button(ottos, 'Take over').click();
  await expect(control(ottos)).toContainText('olga has control of lat.');
  await ottos.getByLabel('Reason for taking over').fill('the wind grows');
  await button(ottos, 'Take over').click();
  await expect(control(ottos)).toContainText('You have control of lat.');
  await expect(button(ottos, 'Continue F8')).toBeEnabled();
  await expect(button(olgas, 'Continue F8')).toBeDisabled();

  // Olga stops the run without control.
  await button(olgas, 'Stop').click();
  await olgas.getByRole('dialog').getByRole('button', { name: 'Interrupt' }).click();
  await expect(olgas.getByRole('region', { name: 'State and controls' })).toContainText('Interrupted');
  await expect(button(olgas, 'Run again…')).toBeDisabled();
  await Promise.all([ottos.context().close(), olgas.context().close()]);
});
