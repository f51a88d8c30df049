/** The page of a telescope while a run is active: its plan, and the editor of the next script. */
import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { expectNoViolation } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';

const LOOP = 'import time\nwhile True:\n    time.sleep(0.1)\n';
const KILL = 'mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }';
const waitsFor = (file: string) =>
  `import os, time\nwhile not os.path.exists(${JSON.stringify(file)}):\n    time.sleep(0.05)\n`;

const planOf = (page: Page) => page.getByRole('region', { name: 'Plan' });
const textOf = (page: Page) => page.getByRole('textbox', { name: 'Script', exact: true });

test('the next script is written, checked and queued while a run is active', async ({ page, stack }) => {
  const id = await stack.submit(LOOP, { title: 'active' });
  await stack.until(id, 'RUNNING');
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
  await page.goto('/satp1');
  const sequencer = new SequencerPage(page);
  await expect(planOf(page)).toContainText('nothing queued');
  const tabs = page.getByRole('navigation', { name: 'Run or editor' });
  await tabs.getByRole('link', { name: 'Editor' }).click();
  await expect(page).toHaveURL(/\/satp1\?tab=editor$/);
  await textOf(page).fill('print(1)\nprint(2)\n');
  await page.getByLabel('Title of the run').fill('next.py');
  await expect(tabs.getByRole('link', { name: 'Editor next.py ● not in any run yet' })).toBeVisible();
  const editor = page.getByRole('region', { name: 'Editor' });
  const run = editor.getByRole('button', { name: 'Run', exact: true });
  await expect(run).toBeDisabled();
  await expect(run).toHaveAttribute('title', /^Run \d+ is active\. Add this script to the queue\.$/);
  await expect(editor).toContainText(/Run \d+ is active\. Add this script to the queue\./);
  await expectNoViolation(page, 'the editor during a run');

  // The text and the cursor stay while the run is shown. Pause and Stop are always there.
  await textOf(page).press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await tabs.getByRole('link', { name: /^Run #/ }).click();
  await expect(textOf(page)).toBeHidden();
  await expect(page.getByRole('region', { name: 'Statements over time' })).toBeVisible();
  await page.goBack();
  await textOf(page).focus();
  await page.keyboard.type(' # here');
  await expect(textOf(page)).toContainText('print(2) # here');
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const address of ['/satp1?tab=editor', '/satp1']) {
      await page.goto(address);
      for (const name of [/^Pause/, /^Stop/]) {
        await expect(sequencer.controls.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
      }
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/satp1?tab=editor');
  await textOf(page).press('Control+Enter');
  const dialog = page.getByRole('dialog', { name: 'Run “next.py” on satp1 when the queue reaches it?' });
  await dialog.getByRole('button', { name: 'Add to the queue' }).click();
  await expect(planOf(page).getByRole('listitem')).toHaveCount(1);
  await expect(planOf(page)).toContainText('next.py');
  await expect(page).toHaveURL(/tab=editor$/);
  await expect(tabs.getByText('not in any run yet')).toHaveCount(0);
  expect(await stack.phase(id)).toBe('RUNNING');
  await stack.query(KILL, { id });
  await stack.until(id, 'KILLED');
});

test('on a phone, the plan and the editor are tabs', async ({ page, stack }) => {
  const id = await stack.submit(LOOP, { sequencer: 'lat' });
  await stack.submit('print(1)\n', { sequencer: 'lat', title: 'later', start: 'QUEUED' });
  await stack.until(id, 'RUNNING');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/lat');
  const tabs = page.getByRole('navigation', { name: 'Parts of the run' });
  await expect(planOf(page)).toBeHidden();
  await tabs.getByRole('button', { name: 'Plan' }).click();
  await expect(planOf(page).getByRole('listitem')).toHaveCount(1);
  await expect(page.getByRole('log')).toBeHidden();
  await expect(page.getByRole('region', { name: /^Next/ })).toBeHidden();
  await tabs.getByRole('button', { name: 'Editor' }).click();
  await expect(planOf(page)).toBeHidden();
  await expect(textOf(page)).toBeVisible();
  await expect(page).toHaveURL(/tab=editor$/);
  await tabs.getByRole('button', { name: 'Script' }).click();
  await expect(textOf(page)).toBeHidden();
  await stack.query(KILL, { id });
  await stack.until(id, 'KILLED');
});

test('the queue is held after a run that succeeds, and the page shows who held it', async ({ page, stack }, info) => {
  const file = info.outputPath('end');
  await stack.query('mutation { setMode(sequencer: "lat", mode: OFF) { name } }');
  const active = await stack.submit(waitsFor(file), { sequencer: 'lat' });
  const next = await stack.submit('print(1)\n', { sequencer: 'lat', start: 'QUEUED', position: 0 });
  await stack.query('mutation { setMode(sequencer: "lat", mode: QUEUE) { name } }');
  await page.goto('/lat');
  const hold = planOf(page).getByRole('checkbox', { name: 'Hold the queue after this run' });
  await expect(hold).not.toBeChecked();
  await hold.click();
  await expect(hold).toBeChecked();
  await expect(planOf(page)).toContainText(/Set to Off by .+: hold after run \d+/);
  await hold.click();
  await expect(hold).not.toBeChecked();
  await expect(planOf(page).getByRole('button', { name: 'Queue', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await hold.click();
  await expect(hold).toBeChecked();
  writeFileSync(file, '');
  await stack.until(active, 'SUCCEEDED');
  expect(await stack.phase(next)).toBe('QUEUED');
  await expect(planOf(page)).toContainText(/Set to Off by .+: hold after run \d+/);
});

test('a run that another user starts does not take the editor from a user who types', async ({ page, stack }) => {
  await new SequencerPage(page).open('satp1');
  await textOf(page).fill('print(1)');
  await page.keyboard.type(' # be');
  const id = await stack.submit(LOOP);
  await stack.until(id, 'RUNNING');
  await expect(page.getByRole('navigation', { name: 'Run or editor' })).toBeVisible();
  await expect(textOf(page)).toBeFocused();
  await page.keyboard.type('fore');
  await expect(textOf(page)).toContainText('print(1) # before');
  await expect(page).toHaveURL(/tab=editor$/);
  await stack.query(KILL, { id });
  await stack.until(id, 'KILLED');
});

test('while the run is paused, its variables are above the plan, which is folded', async ({ page, stack }) => {
  const id = await stack.submit(LOOP, { startPaused: true });
  await page.goto('/satp1');
  const variables = page.getByRole('region', { name: /^Variables/ });
  const fold = planOf(page).getByRole('button', { name: /^Plan/ });
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  const top = async (name: RegExp | string) => (await page.getByRole('region', { name }).boundingBox())?.y ?? 0;
  await expect(variables).toBeVisible();
  expect(await top(/^Variables/)).toBeLessThan(await top('Plan'));
  await page.keyboard.press('F8');
  await expect(fold).toHaveAttribute('aria-expanded', 'true');
  await stack.query(KILL, { id });
  await stack.until(id, 'KILLED');
});
