/** Accessibility of every page in every theme: no violation in axe, no horizontal scrolling, no requests to other hosts. */
import type { Page } from '@playwright/test';
import { violations } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';

const THEMES = ['dark', 'light', 'night'] as const;
const WIDTHS = [390, 1024, 1440];

/** Buttons that are too small. A link in a line of output is as high as its text. */
function tooSmall(page: Page, least = 23.5): Promise<string[]> {
  return page
    .locator('button:not(.at, .time):visible, a.btn:visible, select:visible, input:not([type=radio]):visible')
    .evaluateAll(
      (elements, least) =>
        elements.flatMap((element) => {
          // The label of a check box is part of its target.
          const target = element.matches('[type=checkbox]') ? (element.closest('label') ?? element) : element;
          const { width, height } = target.getBoundingClientRect();
          const isSmall = Math.min(width, height) < least;
          return isSmall ? [`${element.outerHTML.slice(0, 120)}: ${String(width)} x ${String(height)}`] : [];
        }),
      least,
    );
}

test('axe finds no violation on any page', async ({ page, stack }) => {
  test.setTimeout(300_000);
  const foreign: string[] = [];
  page.on('request', (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && `http://${host}` !== stack.url) foreign.push(request.url());
  });
  const ended = await stack.submit("print('x')\nraise ValueError('y')\n");
  await stack.until(ended, 'FAILED');
  const running = await stack.submit('import time\nwhile True:\n    time.sleep(0.1)\n', { sequencer: 'lat' });
  await stack.until(running, 'RUNNING');
  for (const theme of THEMES) {
    await page.goto('/settings');
    await page.evaluate((name) => {
      localStorage.setItem('sequencer.theme', name);
    }, theme);
    for (const path of [
      '/',
      '/satp1',
      '/lat',
      `/runs/${ended}`,
      '/history',
      '/?wall',
      '/audit',
      '/settings',
      '/guide/watch',
      '/runs/9999',
      '/about',
      '/nowhere/at/all',
    ]) {
      await page.goto(path);
      await expect(page.getByText('Live ·')).toBeVisible();
      await page.waitForTimeout(600);
      expect(await violations(page), `${path} in ${theme}`).toEqual([]);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        expect(wide, `${path} at ${String(width)}`).toBe(false);
      }
      await page.setViewportSize({ width: 1440, height: 900 });
      expect(await tooSmall(page), `targets of ${path}`).toEqual([]);
    }
  }
  expect(foreign).toEqual([]);
  await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id: running });
});

test('the shortcuts dialog lists keys, and the command palette leads to a page', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByText('Live ·')).toBeVisible();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(keys).toBeVisible();
  for (const key of ['F9', '[', ']', 'F8 or F5', 'Shift F11', 'g o']) {
    await expect(keys.getByText(key, { exact: true }), key).toBeVisible();
  }
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Search or jump to' });
  await expect(palette.getByRole('option', { name: 'lat', exact: false }).first()).toBeVisible();
  await page.keyboard.type('history of lat');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/history\?telescope=lat$/);
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeAttached();
});

test('touch targets on a phone are at least 44 px', async ({ page, stack }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const held = await stack.submit("def f():\n    raise ValueError('y')\nf()\n", { holdOnFailure: true });
  await stack.until(held, 'PAUSED');
  const running = await stack.submit('import time\nwhile True:\n    time.sleep(0.1)\n', { sequencer: 'lat' });
  await stack.until(running, 'RUNNING');
  for (const path of ['/', '/satp1', '/lat', '/history', '/audit', '/settings']) {
    await page.goto(path);
    await expect(page.locator('.skeleton')).toHaveCount(0);
    await expect(page.getByRole('main')).not.toBeEmpty();
    for (const tab of ['Now', 'Script', 'Output', 'Threads']) {
      const part = page.getByRole('navigation', { name: 'Parts of the run' }).getByRole('button', { name: tab });
      if (await part.isVisible()) await part.click();
      else if (tab !== 'Now') continue;
      if (tab === 'Threads') {
        await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
        await expect(page.getByRole('region', { name: 'Script', exact: true })).toBeHidden();
      }
      expect(await tooSmall(page, 43.5), `${path} ${tab}`).toEqual([]);
    }
  }
  for (const id of [held, running]) {
    await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
  }
});
