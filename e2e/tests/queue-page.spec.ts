/** The page of a queue: several runs together, edits, imports, and other people. */
import { expectNoViolation } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';
import { QueueOnPage, emptyQueue, queueOf } from '../src/queue.ts';

const MOVE = 'mutation ($run: ID!, $to: Int!) { moveInQueue(run: $run, position: $to) { name } }';
const titlesOf = async (stack: Parameters<typeof queueOf>[0]) => (await queueOf(stack)).map(({ title }) => title);

test.beforeEach(async ({ stack, page }) => {
  await emptyQueue(stack);
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
});

test('several runs are selected, moved, repeated, held and removed; one Undo restores them', async ({
  page,
  stack,
}) => {
  for (const title of ['a', 'b', 'c', 'd']) await stack.submit('print(1)\n', { title, start: 'QUEUED' });
  await page.goto('/');
  await page.getByRole('link', { name: 'Queue 4 runs' }).click();
  await expect(page).toHaveURL(/\/satp1\/queue$/);
  const queue = new QueueOnPage(page);
  await queue.expectOrder(['a', 'b', 'c', 'd']);
  await expectNoViolation(page, 'the queue');

  const check = (title: string) => queue.row(title).getByRole('checkbox');
  await check('b').click();
  await check('d').click({ modifiers: ['Shift'] });
  const bar = page.getByRole('toolbar', { name: 'Selected runs' });
  await expect(bar).toContainText('3 selected');
  await expect(queue.row('c')).toHaveAttribute('aria-selected', 'true');
  await expectNoViolation(page, 'selected runs');
  await bar.getByRole('button', { name: 'To the top' }).click();
  await queue.expectOrder(['b', 'c', 'd', 'a']);

  await bar.getByRole('button', { name: 'Repeat…' }).click();
  await page.getByRole('spinbutton', { name: /^Repeat 3 runs/ }).fill('2');
  await page.getByRole('button', { name: 'Add 6 runs' }).click();
  await queue.expectOrder(['b', 'c', 'd', 'b', 'c', 'd', 'b', 'c', 'd', 'a']);

  await bar.getByRole('button', { name: 'Hold…' }).click();
  await page.getByRole('dialog', { name: 'Hold 3 runs on satp1?' }).getByRole('button', { name: 'Hold' }).click();
  await expect
    .poll(async () => (await queueOf(stack)).map(({ onHold }) => onHold !== null))
    .toEqual([...[true, true, true], ...Array.from({ length: 7 }, () => false)]);
  await bar.getByRole('button', { name: 'Release' }).click();
  await expect.poll(async () => (await queueOf(stack)).some(({ onHold }) => onHold)).toBe(false);

  await bar.getByRole('button', { name: 'Remove' }).click();
  await queue.expectOrder(['b', 'c', 'd', 'b', 'c', 'd', 'a']);
  await expect(bar).toHaveCount(0);
  await page.keyboard.press('F6');
  await expect(page.getByRole('button', { name: 'Undo' })).toBeFocused();
  await page.keyboard.press('Enter');
  await queue.expectOrder(['b', 'c', 'd', 'b', 'c', 'd', 'b', 'c', 'd', 'a']);
});

test('the keyboard alone moves through the queue, selects, moves and edits', async ({ page, stack }) => {
  for (const title of ['a', 'b', 'c', 'd']) await stack.submit('print(1)\n', { title, start: 'QUEUED' });
  await page.goto('/satp1/queue');
  const queue = new QueueOnPage(page);
  await queue.row('a').focus();
  await page.keyboard.press('ArrowDown');
  await expect(queue.row('b')).toBeFocused();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.keyboard.press('Alt+ArrowDown');
  await queue.expectOrder(['a', 'd', 'b', 'c']);
  await expect(queue.row('c')).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: /moved to position 3 of 4\.$/ })).toHaveCount(1);
  await page.keyboard.press('Control+a');
  await expect(page.getByRole('toolbar')).toContainText('4 selected');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('toolbar')).toHaveCount(0);
  await page.keyboard.press('e');
  // Beside the list, which stays usable.
  const panel = page.getByRole('complementary', { name: 'Edit' });
  await panel.getByLabel('Title').fill('c, again');
  await queue.row('a').focus();
  await panel.getByRole('button', { name: 'Save changes' }).click();
  await expect(panel).toHaveCount(0);
  await queue.expectOrder(['a', 'd', 'b', 'c, again']);
  await queue.row('b').focus();
  await page.keyboard.press('Delete');
  await queue.expectOrder(['a', 'd', 'c, again']);
  await expect(queue.row('c, again')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Edit…' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(queue.row('c, again')).toBeFocused();
});

test('a drag moves the selected runs, and is refused if another user has moved the list', async ({ page, stack }) => {
  const ids: string[] = [];
  for (const title of ['a', 'b', 'c', 'd']) ids.push(await stack.submit('print(1)\n', { title, start: 'QUEUED' }));
  await page.goto('/satp1/queue');
  const queue = new QueueOnPage(page);
  await queue.row('a').getByRole('checkbox').click();
  await queue.row('b').getByRole('checkbox').click();
  await queue.grab('a', 'c');
  await page.mouse.up();
  await queue.expectOrder(['c', 'a', 'b', 'd']);

  await queue.grab('c', 'd');
  await stack.query(MOVE, { run: ids[3], to: 0 });
  await expect.poll(() => titlesOf(stack)).toEqual(['d', 'c', 'a', 'b']);
  await stack.submit('print(1)\n', { title: 'e', start: 'QUEUED' });
  await expect(page.getByText('5 queued')).toBeVisible();
  await queue.expectOrder(['c', 'a', 'b', 'd']);
  await page.mouse.up();
  await expect(page.getByRole('alert')).toHaveText(/^\S+ moved this list\. Drop again\.$/);
  await queue.expectOrder(['d', 'c', 'a', 'b', 'e']);
  expect(await titlesOf(stack)).toEqual(['d', 'c', 'a', 'b', 'e']);
});

test('of four imported files, three are added, and the fourth is refused with its line', async ({ page }) => {
  await page.goto('/satp1/queue');
  await expect(page.getByText('Nothing queued.')).toBeVisible();
  const file = (name: string, text: string) => ({ name, mimeType: 'text/x-python', buffer: Buffer.from(text) });
  await page
    .getByLabel('Script files')
    .setInputFiles([
      file('one.py', 'print(1)\n'),
      file('bad.py', 'x = 1\nif x\n    pass\n'),
      file('two.py', 'print(2)\n'),
      file('three.py', 'print(3)\n'),
    ]);
  await expect(page.getByText('3 of 4 files added.')).toBeVisible();
  await expect(page.getByText(/^bad\.py was not added: line 2/)).toBeVisible();
  await new QueueOnPage(page).expectOrder(['one.py', 'two.py', 'three.py']);
  await expectNoViolation(page, 'imported files');
});

test('on a phone and a tablet, the rows have two lines, and nothing is cut off', async ({ page, stack }) => {
  const window = { notBefore: '2999-06-01T22:00:00.000Z', notAfter: '2999-06-02T05:10:00.000Z' };
  await stack.submit('print(1)\n', {
    title: 'a title that is longer than the window of a phone',
    start: 'QUEUED',
    window,
  });
  const held = await stack.submit('print(1)\n', { title: 'held', start: 'QUEUED' });
  await stack.query('mutation ($id: ID!) { holdRun(id: $id, reason: "cryostat team at work") { id } }', { id: held });
  for (const size of [
    { width: 390, height: 844 },
    { width: 768, height: 1024 },
    { width: 720, height: 450 },
  ]) {
    await page.setViewportSize(size);
    await page.goto('/satp1/queue');
    const queue = new QueueOnPage(page);
    await queue.row('held').getByRole('checkbox').click();
    await expect(page.getByRole('toolbar')).toBeVisible();
    const cutOff = await page.locator('main').evaluate((main) => {
      const right = main.getBoundingClientRect().right;
      const found = [...main.querySelectorAll('button, a, input:not([hidden])')]
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > right + 1)
        .map((element) => element.outerHTML.slice(0, 100));
      return main.scrollWidth > main.clientWidth ? [...found, `main is ${String(main.scrollWidth)} px wide`] : found;
    });
    expect(cutOff, String(size.width)).toEqual([]);
    await expectNoViolation(page, `the queue at ${String(size.width)} px`);
    await queue.choose('held', 'Edit…');
    await expect(page.getByRole('button', { name: 'Close', exact: true })).toBeInViewport({ ratio: 1 });
    await page.keyboard.press('Escape');
  }
});
