/** A run on paper, and in the high-contrast mode of the system. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const SCRIPT = [...Array.from({ length: 80 }, (_, i) => `print('line ${String(i)}')`), "raise ValueError('no beam')"];

test('prints a run with its whole script, its outcome and its facts, in light colours without controls', async ({
  page,
}) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', SCRIPT.join('\n'));
  await expect(sequencer.state).toContainText('Failed');
  // The editor draws all lines for half a second, as long as the browser needs to take them over.
  const printed = await page.evaluateHandle(() => {
    const result = { text: '' };
    matchMedia('print').addEventListener('change', () => {
      setTimeout(() => (result.text = document.querySelector('.cm-content')?.textContent ?? ''), 100);
    });
    return result;
  });
  await page.emulateMedia({ media: 'print' });
  await expect.poll(async () => (await printed.jsonValue()).text).not.toBe('');
  const { text } = await printed.jsonValue();
  for (const line of SCRIPT) expect(text).toContain(line);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(sequencer.state).toBeVisible();
  await expect(sequencer.controls.getByRole('link', { name: /^#\d+$/ })).toBeVisible();
  await expect(sequencer.controls.getByText('on satp1')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Why it ended' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Overview' })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Run again…' })).toBeHidden();

  await expect(page.getByRole('region', { name: 'Threads and tasks' })).toContainText('MainThread');

  await page.emulateMedia({ media: 'screen' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');

  // The list of runs stays a table, without the navigation.
  await page.goto('/history');
  await expect(page.getByRole('cell', { name: 'test.py' }).first()).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeHidden();
  await expect(page.getByRole('search')).toBeHidden();
  const left = (name: string) =>
    page.getByRole('columnheader', { name }).evaluate((th) => th.getBoundingClientRect().x);
  const outcome = page
    .getByRole('row', { name: /test\.py/ })
    .first()
    .getByRole('cell')
    .last();
  expect(await outcome.evaluate((td) => td.getBoundingClientRect().x)).toBe(await left('How it ended'));
});

test('keeps the colours of the state and the timeline in high-contrast mode', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', SCRIPT.join('\n'));
  await expect(sequencer.state).toContainText('Failed');
  const background = () => sequencer.state.evaluate((element) => getComputedStyle(element).backgroundColor);
  const usual = await background();
  await page.emulateMedia({ forcedColors: 'active' });
  expect(await background()).toBe(usual);
  await expect(page.getByRole('button', { name: 'Follow line' })).toHaveCSS('outline-style', 'solid');
});
