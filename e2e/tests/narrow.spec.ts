/** The run page on narrow windows: nothing is cut off, and what needs a person is in sight. */
import type { Page } from '@playwright/test';
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const PHONE = { width: 390, height: 844 };
const TABLET = { width: 768, height: 1024 };
/** A window of 1440 x 900 at 200 % zoom. */
const ZOOMED = { width: 720, height: 450 };
const FAILS = "def move():\n    raise ValueError('the agent is busy')\n\nmove()\nprint('moved')\n";
const KILL = 'mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }';

/** Buttons and fields of the page that extend beyond its sides or those of their panel. */
function cutOff(page: Page): Promise<string[]> {
  return page.locator('main').evaluate((main) => {
    const found: string[] = [];
    for (const element of main.querySelectorAll('button, a, input, select, progress')) {
      if (!element.checkVisibility() || element.closest('.cm-editor, [role="log"]')) continue;
      const box = element.getBoundingClientRect();
      const outer = (element.closest('.panel, .card') ?? main).getBoundingClientRect();
      if (box.left < outer.left - 1 || box.right > outer.right + 1) found.push(element.outerHTML.slice(0, 120));
    }
    return main.scrollWidth > main.clientWidth ? [...found, `main is ${String(main.scrollWidth)} px wide`] : found;
  });
}

test('a held failure on a phone: its actions are in sight, other tabs do not have them, editing is not offered', async ({
  page,
  stack,
}) => {
  const id = await stack.submit(FAILS, { holdOnFailure: true, title: 'calibration of the night' });
  await page.setViewportSize(PHONE);
  await page.goto('/satp1');
  const card = page.getByRole('alert', { name: 'A statement failed' });
  for (const name of [/^Retry/, /^Skip it/, /^Go to/, /^Stop the run/]) {
    await expect(card.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  }
  await expect(page.getByRole('button', { name: /^Edit remaining lines/ })).toBeHidden();
  const tabs = page.getByRole('navigation', { name: 'Parts of the run' });
  const { y = 0 } = (await tabs.boundingBox()) ?? {};
  expect(y).toBeLessThan(320);
  expect(await cutOff(page)).toEqual([]);
  for (const tab of ['Script', 'Output', 'Threads']) {
    await tabs.getByRole('button', { name: tab }).click();
    await expect(card).toBeHidden();
    await expect(tabs.getByRole('button', { name: 'Now needs you' })).toBeVisible();
    expect(await cutOff(page), tab).toEqual([]);
  }
  await tabs.getByRole('button', { name: 'Now' }).click();

  // The buttons keep their places after a second failure, also on a wide window.
  for (const size of [PHONE, { width: 1440, height: 900 }]) {
    await page.setViewportSize(size);
    const places = () =>
      card.getByRole('group', { name: 'What to do' }).evaluate((actions) =>
        [...actions.children].map((button) => {
          const { x, y: top, width, height } = button.getBoundingClientRect();
          return [x, top, width, height].map(Math.round);
        }),
      );
    await expect(card).toContainText('clean-up has run');
    const failed = await card.getByRole('heading').locator('xpath=..').innerText();
    const before = await places();
    await card.getByRole('button', { name: /^Retry/ }).click();
    await expect(card.getByText(failed.includes('2 times') ? 'failed 3 times' : 'failed 2 times')).toBeVisible();
    expect(await places(), `${String(size.width)} px`).toEqual(before);
  }
  await stack.query(KILL, { id });
  await stack.until(id, 'KILLED');
});

test('on a tablet and at 200 % zoom the script has room, and nothing is cut off', async ({ page, stack }) => {
  const held = await stack.submit(FAILS, { holdOnFailure: true });
  const running = await stack.submit('import time\nwhile True:\n    time.sleep(0.1)\n', { sequencer: 'lat' });
  await stack.until(held, 'PAUSED');
  await stack.until(running, 'RUNNING');
  for (const path of ['/satp1', '/lat']) {
    for (const size of [TABLET, ZOOMED]) {
      await page.setViewportSize(size);
      await page.goto(path);
      const tabs = page.getByRole('navigation', { name: 'Parts of the run' });
      for (const tab of ['Now', 'Script', 'Output', 'Threads']) {
        await tabs.getByRole('button', { name: tab }).click();
        expect(await cutOff(page), `${path} ${tab} at ${String(size.width)}`).toEqual([]);
      }
      await tabs.getByRole('button', { name: 'Script' }).click();
      const { width = 0 } = (await page.locator('.cm-content').boundingBox()) ?? {};
      const { height = 0 } = (await page.locator('.cm-scroller').boundingBox()) ?? {};
      expect(width).toBeGreaterThan(400);
      expect(height).toBeGreaterThan(200);
    }
  }
  for (const id of [held, running]) await stack.query(KILL, { id });
  await stack.until(held, 'KILLED');
});

test('the timeline shows statements that have not run among 999, and its labels do not overlap', async ({
  page,
  stack,
}) => {
  const statements = Array.from({ length: 998 }, (_, i) => (i < 200 ? `a${String(i)} = 1` : 'time.sleep(0.7)'));
  const id = await stack.submit(['import time', ...statements].join('\n'));
  await stack.until(id, 'RUNNING');
  await page.goto('/satp1');
  await expect(new SequencerPage(page).controls).toContainText('Statement 204');
  for (const size of [PHONE, TABLET]) {
    await page.setViewportSize(size);
    const timeline = page.getByRole('region', { name: 'Statements over time' });
    const axis = (await timeline.locator('.bars').boundingBox()) ?? { x: 0, width: 0 };
    // In one step: the bar is drawn again with each statement.
    const planned = await timeline.evaluate(
      (element) => element.querySelector('.bars > .pending')?.getBoundingClientRect().width ?? 0,
    );
    expect(planned).toBeGreaterThan(axis.width / 3);
    const labels = await timeline
      .locator('.ticks > span')
      .evaluateAll((all) => all.map((label) => label.getBoundingClientRect()).map(({ left, right }) => [left, right]));
    expect(labels.length).toBeGreaterThan(0);
    let end = axis.x - 1;
    for (const [left = 0, right = 0] of labels) {
      expect(left).toBeGreaterThanOrEqual(end);
      end = right;
    }
    expect(end).toBeLessThanOrEqual(axis.x + axis.width + 1);
  }
  await stack.query(KILL, { id });
  await stack.until(id, 'KILLED');
});
