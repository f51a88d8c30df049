/** Long output: every line is there, and find, filters, copies and links cover all of it. */
import type { Locator, Page } from '@playwright/test';
import type { Stack } from '@sequencer/testing/stack/stack';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { expect, test } from '../src/fixtures.ts';

const LINES = 50_000;
const SCRIPT = `import sys
for i in range(${String(LINES)}):
    print(f'line {i:05d} azimuth {i % 360}')
print('red', 'warning', file=sys.stderr)
print('last line')
`;

let run: string | null = null;
async function longRun(stack: Stack): Promise<string> {
  if (run === null) {
    run = await stack.submit(SCRIPT);
    await stack.until(run, 'SUCCEEDED');
  }
  return run;
}

const rowWith = (output: Locator, text: string) => output.locator('.row').filter({ hasText: text });
const status = (page: Page) => page.getByRole('search').getByRole('status');

test('no line of 50,000 is missing while older pages are read', async ({ page, stack }) => {
  test.setTimeout(240_000);
  await page.setViewportSize({ width: 1440, height: 3000 });
  await page.goto(`/runs/${await longRun(stack)}`);
  const { output } = new SequencerPage(page);
  await expect(output).toContainText('last line');
  const seen = await output.evaluate(async (element) => {
    const texts = new Set<string>();
    // Rendered, but not painted: that takes most of the time here.
    document.body.style.visibility = 'hidden';
    const painted = () => new Promise((resolve) => requestAnimationFrame(resolve));
    while (!texts.has('line 00000 azimuth 0')) {
      for (const text of element.querySelectorAll('[data-row] .text')) texts.add(text.textContent);
      element.scrollTop -= element.clientHeight;
      await painted();
      await painted();
    }
    document.body.style.visibility = '';
    return [...texts].filter((text) => text.startsWith('line '));
  });
  expect(seen).toHaveLength(LINES);
  // The newest lines have left the window; the page shows it, and reads them again.
  await expect(rowWith(output, 'last line')).toHaveCount(0);
  await page.getByRole('button', { name: 'To the newest line' }).click();
  await expect(rowWith(output, 'last line')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Follow', exact: true })).toHaveAttribute('aria-pressed', 'true');
});

test('find covers lines that are not loaded, and goes round', async ({ page, stack }) => {
  await page.goto(`/runs/${await longRun(stack)}`);
  const { output } = new SequencerPage(page);
  await expect(output).toContainText('last line');
  await page.keyboard.press('/');
  const find = page.getByLabel('Find in the output');
  await find.fill('AZIMUTH 155');
  await expect(status(page)).toHaveText('139 of 139', { timeout: 30_000 });
  await expect(output.locator('.row.current')).toContainText('line 49835 azimuth 155');
  await find.press('Enter');
  await expect(status(page)).toHaveText('1 of 139');
  await expect(output.locator('.row.current')).toHaveText(/line 00155 azimuth 155/);
  await expect(output.locator('.row.current')).toBeInViewport();
  await expect(output.locator('.row.current .found')).toHaveText('azimuth 155');
  await find.press('Enter');
  await expect(status(page)).toHaveText('2 of 139');
  await find.press('Shift+Enter');
  await find.press('Shift+Enter');
  await expect(status(page)).toHaveText('139 of 139');
  await find.fill('line');
  await expect(status(page)).toHaveText(/of 10,000\+|10,000\+ lines/);
  await find.fill('50% of_nothing');
  await expect(status(page)).toHaveText('No line matches');
  await find.fill('line');
  await page.getByRole('combobox', { name: 'Stream' }).selectOption('stderr');
  await expect(status(page)).toHaveText('No line matches');
  await expect(output.locator('.row')).toHaveCount(1);
  await expect(output.locator('.row')).toContainText('red warning');
  await page.getByRole('combobox', { name: 'Stream' }).selectOption('All streams');
  await page.getByRole('combobox', { name: 'Statement' }).selectOption({ index: 4 });
  await expect(output.locator('.row')).toHaveCount(1);
  await expect(status(page)).toHaveText('1 of 1');
  await find.press('Escape');
  // The found line, now among all others.
  await expect(output.locator('.row.current')).toContainText('last line');
  await expect(rowWith(output, 'line 49999')).toBeVisible();
  await output.focus();
  await page.keyboard.press('Control+f');
  await expect(find).toBeFocused();
});

test('the count of a live run is updated', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', "print('needle 1')\ninput('more?')\nprint('needle 2')\ninput('again?')\n");
  await expect(sequencer.output).toContainText('needle 1');
  await page.keyboard.press('/');
  await page.getByLabel('Find in the output').fill('needle');
  await expect(status(page)).toHaveText('1 of 1');
  const ask = (text: string) => page.getByRole('alert', { name: `The script asks: ${text}` }).getByRole('textbox');
  await ask('more?').fill('yes');
  await ask('more?').press('Enter');
  await expect(status(page)).toHaveText('1 of 2');
  await ask('again?').fill('yes');
  await ask('again?').press('Enter');
  await expect(sequencer.state).toContainText('Succeeded');
});

test('copied output is plain text, and a link leads to its line', async ({ page, stack, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const id = await longRun(stack);
  await page.goto(`/runs/${id}`);
  const { output } = new SequencerPage(page);
  await expect(output).toContainText('last line');
  const text = (line: string) => rowWith(output, line).locator('.text');
  await text('line 49997').evaluate((from) => {
    const to = [...document.querySelectorAll('.row .text')].find((element) => element.textContent === 'red warning');
    if (to) getSelection()?.setBaseAndExtent(from, 0, to, to.childNodes.length);
  });
  await page.keyboard.press('Control+c');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    'line 49997 azimuth 317\nline 49998 azimuth 318\nline 49999 azimuth 319\nred warning',
  );

  await page.keyboard.press('/');
  await page.getByLabel('Find in the output').fill('line 23456 ');
  await expect(output.locator('.row.current')).toContainText('line 23456', { timeout: 30_000 });
  await output.locator('.row.current').getByTitle('Copy a link to this line').click();
  await expect(page.getByText('Link copied.')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(new RegExp(`/runs/${id}#O\\d+`));
  await page.goto('about:blank');
  await page.goto(link);
  await expect(output.locator('.row.current')).toContainText('line 23456 azimuth 56');
  await expect(output.locator('.row.current')).toBeInViewport();
});

test('on a phone, find leaves lines visible', async ({ page, stack }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/runs/${await longRun(stack)}#O2`);
  const { output } = new SequencerPage(page);
  await expect(output.locator('.row.current')).toContainText('line 00000');
  await page.getByRole('button', { name: 'Find and filter' }).click();
  await page.getByLabel('Find in the output').fill('line 00003');
  await expect(status(page)).toHaveText('1 of 1', { timeout: 30_000 });
  const rows = await output.evaluate((element) => element.clientHeight / 20);
  expect(rows).toBeGreaterThan(8);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
