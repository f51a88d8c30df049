/** A proposer writes a run, and an operator accepts or declines it. */
import { expect, test, type Page } from '@playwright/test';
import { signIn, startWith } from '@sequencer/testing/pages/sign-in';
import type { Stack } from '@sequencer/testing/stack/stack';
import { expectNoViolation } from '../src/axe.ts';
import { QueueOnPage } from '../src/queue.ts';

let stack: Stack;
test.beforeAll(async () => {
  test.setTimeout(180_000);
  stack = await startWith(['pia:proposer', 'otto:operator']);
});
test.afterAll(() => stack.stop());

async function propose(page: Page, title: string): Promise<void> {
  const editor = page.getByRole('region', { name: 'Editor' });
  await page.getByRole('textbox', { name: 'Script', exact: true }).fill('print(1)');
  await page.getByLabel('Title of the run').fill(title);
  await editor.getByRole('button', { name: 'Propose' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Add to the queue' }).click();
  await expect(editor).toContainText('Proposed.');
}

test('a proposed run is accepted or declined with a reason', async ({ page, browser }) => {
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
  await signIn(page, `${stack.url}/satp1`, 'pia');
  await expect(page.getByRole('button', { name: /^Run Ctrl|^Run$/ })).toBeDisabled();
  await propose(page, 'first');
  await propose(page, 'second');
  const hers = new QueueOnPage(page);
  await expect(hers.row('first')).toContainText('Proposed by pia');
  await expect(page.getByRole('group', { name: 'Mode' })).toHaveCount(0);
  await expectNoViolation(page, 'the page of a proposer');

  const his = await (await browser.newContext()).newPage();
  await signIn(his, `${stack.url}/satp1`, 'otto');
  const queue = new QueueOnPage(his);
  await queue.choose('first', 'Accept');
  await expect(queue.row('first')).not.toContainText('Proposed by');
  await expect(hers.row('first')).not.toContainText('Proposed by');

  const id = await queue.row('second').getAttribute('data-run');
  await queue.choose('second', 'Decline…');
  const dialog = his.getByRole('dialog', { name: /^Decline run \d+, second, on satp1\?$/ });
  await expect(dialog.getByLabel('Reason')).toBeFocused();
  await expect(dialog.getByRole('button', { name: 'Decline' })).toBeDisabled();
  await his.keyboard.type('not tonight');
  await his.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await queue.expectOrder(['first']);
  await hers.expectOrder(['first']);
  await page.goto(`${stack.url}/runs/${String(id)}`);
  await expect(page.getByText('Declined by otto: not tonight').filter({ visible: true })).toBeVisible();
});
