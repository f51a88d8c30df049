/** The list of the queued runs: their order, holds and windows. */
import type { Page } from '@playwright/test';
import { expectNoViolation } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';

const MOVE = 'mutation ($run: ID!) { moveInQueue(run: $run, position: 0) { name } }';
const QUEUE = '{ sequencer(name: "satp1") { queue { id window { notBefore notAfter } } } }';

interface Queued {
  id: string;
  window: { notBefore: string | null; notAfter: string | null } | null;
}

function listOf(page: Page) {
  const side = page.getByRole('complementary', { name: 'Queue, last runs, runner' });
  const items = side.getByRole('listitem').filter({ has: page.getByRole('button', { name: /^Actions for run/ }) });
  return {
    item: (title: string) => items.filter({ has: page.getByRole('button', { name: new RegExp(`^#\\d+ ${title}$`) }) }),
    title: (title: string) => side.getByRole('button', { name: new RegExp(`^#\\d+ ${title}$`) }),
    expectOrder: (titles: string[]) =>
      expect(items.getByRole('button', { name: /^#/ })).toHaveText(titles.map((title) => new RegExp(` ${title}$`))),
  };
}

test.beforeEach(async ({ stack }) => {
  const { sequencer } = await stack.query<{ sequencer: { queue: Queued[] } }>(QUEUE);
  for (const { id } of sequencer.queue) await stack.query('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id });
});

test('Alt and an arrow key move a run, keep the focus, and announce the position', async ({ page, stack }) => {
  for (const title of ['one', 'two', 'three']) await stack.submit('print(1)\n', { title, start: 'QUEUED' });
  await page.goto('/satp1');
  const queue = listOf(page);
  await queue.expectOrder(['one', 'two', 'three']);
  await queue.title('one').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await queue.expectOrder(['two', 'one', 'three']);
  await expect(page.getByRole('status').filter({ hasText: /^Run \d+ moved to position 2 of 3\.$/ })).toHaveCount(1);
  await expect(queue.title('one')).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await queue.expectOrder(['two', 'three', 'one']);
  await expect(queue.title('one')).toBeFocused();

  // The same with buttons. The button that is no longer of use passes the focus to its run.
  await queue
    .item('one')
    .getByRole('button', { name: /^Actions for run/ })
    .click();
  await queue
    .item('one')
    .getByRole('button', { name: /^Move run \d+ up$/ })
    .click();
  await queue.expectOrder(['two', 'one', 'three']);
  await queue
    .item('one')
    .getByRole('button', { name: /^Move run \d+ up$/ })
    .click();
  await queue.expectOrder(['one', 'two', 'three']);
  await expect(queue.title('one')).toBeFocused();
  await queue
    .item('one')
    .getByRole('button', { name: /^Move run \d+ down$/ })
    .click();
  await queue.expectOrder(['two', 'one', 'three']);
  await page.reload();
  await queue.expectOrder(['two', 'one', 'three']);
});

test('a run on hold shows since when, by whom and why, is skipped, and starts after its release', async ({
  page,
  stack,
}) => {
  const id = await stack.submit('print(1)\n', { title: 'laser', start: 'QUEUED' });
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
  await page.goto('/satp1');
  const item = listOf(page).item('laser');
  await item.getByRole('button', { name: /^Actions for run/ }).click();
  await item.getByRole('button', { name: /^Hold run/ }).click();
  await expect(item.getByLabel('Reason (optional)')).toBeFocused();
  await page.keyboard.type('laser not ready');
  await page.keyboard.press('Enter');
  await expect(item).toContainText(/On hold since \d\d:\d\d UTC by .+: laser not ready/);
  const release = item.getByRole('button', { name: /^Release run/ });
  await expect(release).toBeFocused();
  await expectNoViolation(page, 'a run on hold');

  await stack.query('mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
  await stack.until(await stack.submit('print(2)\n', { title: 'next', start: 'QUEUED' }), 'SUCCEEDED');
  expect(await stack.phase(id)).toBe('QUEUED');
  await page.goto('/satp1');
  const fresh = page.getByRole('button', { name: 'New run' });
  if (await fresh.isVisible()) await fresh.click();
  await item.getByRole('button', { name: /^Actions for run/ }).click();
  await release.click();
  await stack.until(id, 'SUCCEEDED');
  await stack.query('mutation { setMode(sequencer: "satp1", mode: OFF) { name } }');
});

test('a run is dragged to another position, unless the queue has changed meanwhile', async ({ page, stack }) => {
  const ids: string[] = [];
  for (const title of ['one', 'two', 'three']) {
    ids.push(await stack.submit('print(1)\n', { title, start: 'QUEUED' }));
  }
  await page.goto('/satp1');
  const queue = listOf(page);
  async function grab(title: string, onto: string): Promise<void> {
    await queue.item(title).getByTitle('Drag to move').hover();
    await page.mouse.down();
    const box = await queue.item(onto).boundingBox();
    if (!box) throw new Error(`${onto} is not shown`);
    await page.mouse.move(box.x + 20, box.y + box.height - 3, { steps: 4 });
  }
  await grab('one', 'two');
  await page.mouse.up();
  await queue.expectOrder(['two', 'one', 'three']);

  await grab('two', 'three');
  await stack.query(MOVE, { run: ids[2] });
  await stack.submit('print(1)\n', { title: 'four', start: 'QUEUED' });
  // The page has both changes: the list alone stays as it was.
  await expect(page.getByRole('heading', { name: 'Queue 4' })).toBeVisible();
  await queue.expectOrder(['two', 'one', 'three']);
  await page.mouse.up();
  await expect(page.getByRole('alert')).toHaveText('The queue has changed. Drop again.');
  await queue.expectOrder(['three', 'two', 'one', 'four']);

  // Escape cancels a drag.
  await grab('three', 'one');
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await queue.expectOrder(['three', 'two', 'one', 'four']);
});

test('a run that is added to the queue may get a window, which is checked before it is sent', async ({
  page,
  stack,
}) => {
  await page.goto('/satp1');
  await page.getByLabel('Title of the run').fill('wiregrid');
  await page.getByRole('textbox', { name: 'Script', exact: true }).fill('print(1)');
  await page.getByRole('button', { name: 'Add to queue' }).click();
  const dialog = page.getByRole('dialog');
  const notBefore = dialog.getByLabel('Not before (UTC)');
  await expect(notBefore).toBeHidden();
  await dialog.getByText('Start only at certain times').click();
  await notBefore.fill('2999-06-01T22:00');
  await dialog.getByLabel('Not after (UTC)').fill('2999-06-01T21:00');
  await expect(dialog.getByRole('alert')).toHaveText('“Not after” must be later than “Not before”.');
  const add = dialog.getByRole('button', { name: 'Add to the queue' });
  await expect(add).toBeDisabled();
  await dialog.getByLabel('Not after (UTC)').fill('2999-06-02T05:10');
  await add.click();
  await expect(listOf(page).item('wiregrid')).toContainText(
    'not before 2999-06-01 22:00 UTC, not after 2999-06-02 05:10 UTC',
  );
  const { sequencer } = await stack.query<{ sequencer: { queue: Queued[] } }>(QUEUE);
  expect(sequencer.queue[0]?.window?.notBefore).toBe('2999-06-01T22:00:00.000Z');
});
