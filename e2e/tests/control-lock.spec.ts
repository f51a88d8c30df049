/** Where one person at a time drives: what the other one sees, and how control passes between them. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { signIn, startWith } from '@sequencer/testing/pages/sign-in';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import type { Stack } from '@sequencer/testing/stack/stack';

const SCRIPT = 'import time\nwhile True:\n    time.sleep(0.05)\n';
const WHY = 'otto drives lat. Ask for control, or take over with a reason.';

let stack: Stack;
test.beforeAll(async () => {
  test.setTimeout(180_000);
  stack = await startWith(['otto:operator', 'olga:operator'], { CONTROL_LOCK: 'lat' });
});
test.afterAll(() => stack.stop());

const control = (page: Page) => page.getByRole('group', { name: 'Control' });
const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('who does not drive cannot press what would be refused, is told why, and can get control', async ({ browser }) => {
  test.setTimeout(120_000);
  const [ottos, olgas] = await Promise.all([0, 1].map(async () => (await browser.newContext()).newPage()));
  if (!ottos || !olgas) throw new Error('no page');
  await signIn(ottos, `${stack.url}/lat`, 'otto');
  await signIn(olgas, `${stack.url}/lat`, 'olga');
  await expect(button(olgas, 'Queue')).toBeEnabled();
  await button(ottos, 'Take control').click();
  await expect(control(ottos)).toContainText('You drive lat.');

  // Nothing runs: the mode, the editor.
  await expect(olgas.getByRole('note')).toHaveText(WHY);
  await expect(button(olgas, 'Queue')).toBeDisabled();
  const editor = olgas.getByRole('region', { name: 'Editor' });
  await new SequencerPage(olgas).load(SCRIPT, 'wait.py');
  for (const name of ['Add to queue', 'Run paused', /^Run Ctrl/]) {
    await expect(editor.getByRole('button', { name })).toBeDisabled();
  }
  expect(await violations(olgas)).toEqual([]);

  // A script runs: all but stopping is for otto.
  const otto = new SequencerPage(ottos);
  await otto.load(SCRIPT, 'wait.py');
  await button(ottos, /^Run Ctrl/).click();
  await ottos.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
  await expect(button(ottos, /^Pause/)).toBeEnabled();
  await expect(button(olgas, /^Pause/)).toBeDisabled();
  await expect(olgas.getByText(`${WHY} Stopping is for every operator.`)).toBeVisible();
  await expect(button(olgas, 'Stop')).toBeEnabled();
  await button(ottos, /^Pause/).click();
  await expect(button(ottos, 'Continue F8')).toBeEnabled();
  await expect(button(olgas, 'Continue F8')).toBeDisabled();
  await olgas.keyboard.press('F8');
  await expect(olgas.getByRole('region', { name: 'State and controls' })).toContainText('Paused');
  expect(await violations(olgas)).toEqual([]);

  // She asks, he hands over.
  await button(olgas, 'Ask for control').click();
  await expect(button(olgas, 'Asked')).toBeDisabled();
  await expect(control(ottos).getByRole('status')).toHaveText('olga asks for control.');
  await button(ottos, 'Hand over').click();
  await expect(control(olgas)).toContainText('You drive lat.');
  await expect(button(olgas, 'Continue F8')).toBeEnabled();
  await expect(button(ottos, 'Continue F8')).toBeDisabled();
  await expect(ottos.getByText('olga drives lat.').first()).toBeVisible();

  // He takes over, from the page of the run, and has to say why.
  await ottos
    .getByRole('link', { name: /^#\d+$/ })
    .first()
    .click();
  await expect(ottos).toHaveURL(/\/runs\//);
  await button(ottos, 'Take over…').click();
  await button(ottos, 'Take over').click();
  await expect(control(ottos)).toContainText('olga drives lat.');
  await ottos.getByLabel('Why you take over').fill('the wind grows');
  await button(ottos, 'Take over').click();
  await expect(control(ottos)).toContainText('You drive lat.');
  await expect(button(ottos, 'Continue F8')).toBeEnabled();
  await expect(button(olgas, 'Continue F8')).toBeDisabled();

  // She does not drive, and stops the run all the same.
  await button(olgas, 'Stop').click();
  await olgas.getByRole('dialog').getByRole('button', { name: 'Interrupt' }).click();
  await expect(olgas.getByRole('region', { name: 'State and controls' })).toContainText('Interrupted');
  await expect(button(olgas, 'Run again…')).toBeDisabled();
  await Promise.all([ottos.context().close(), olgas.context().close()]);
});
