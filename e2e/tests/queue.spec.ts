/** The list of the queued runs: their order, holds, windows and edits. */
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { expectNoViolation, violations } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';
import { QueueOnPage, emptyQueue, queueOf } from '../src/queue.ts';

const MOVE = 'mutation ($run: ID!) { moveInQueue(run: $run, position: 0) { name } }';
const EDIT = 'mutation ($id: ID!, $input: EditRunInput!) { editRun(id: $id, input: $input) { version } }';
const MODE = (mode: string) => `mutation { setMode(sequencer: "satp1", mode: ${mode}) { name } }`;

/** A menu is outside of the landmarks of the page. */
const MENU_RULES = [
  'aria-required-children',
  'aria-required-parent',
  'aria-allowed-attr',
  'button-name',
  'color-contrast',
];

test.beforeEach(async ({ stack, page }) => {
  await stack.query(MODE('OFF'));
  await emptyQueue(stack);
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
});

test('Alt and an arrow key move a run, keep the focus, and announce the position', async ({ page, stack }) => {
  for (const title of ['one', 'two', 'three']) await stack.submit('print(1)\n', { title, start: 'QUEUED' });
  await page.goto('/satp1');
  const queue = new QueueOnPage(page);
  await queue.expectOrder(['one', 'two', 'three']);
  await queue.button('one').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await queue.expectOrder(['two', 'one', 'three']);
  await expect(page.getByRole('status').filter({ hasText: /^Run \d+ moved to position 2 of 3\.$/ })).toHaveCount(1);
  await expect(queue.button('one')).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await queue.expectOrder(['two', 'three', 'one']);
  await expect(queue.button('one')).toBeFocused();

  // The same with the menu, which opens, moves and closes with keys as well.
  await page.keyboard.press('Enter');
  const menu = page.getByRole('menu', { name: /^Run \d+, one$/ });
  await expect(menu.getByRole('menuitem', { name: 'Edit…' })).toBeFocused();
  await expect(menu.getByRole('menuitem', { name: 'Move down' })).toBeDisabled();
  expect(await violations(page, MENU_RULES)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(queue.button('one')).toBeFocused();
  await queue.choose('one', 'Move up');
  await queue.expectOrder(['two', 'one', 'three']);
  await queue.choose('three', 'To the top');
  await queue.expectOrder(['three', 'two', 'one']);
  await queue.choose('three', 'Move down');
  await queue.expectOrder(['two', 'three', 'one']);
  await page.reload();
  await queue.expectOrder(['two', 'three', 'one']);
});

test('a run on hold shows since when, by whom and why, is skipped, and starts after its release', async ({
  page,
  stack,
}) => {
  const id = await stack.submit('print(1)\n', { title: 'laser', start: 'QUEUED' });
  await page.goto('/satp1');
  const queue = new QueueOnPage(page);
  await queue.button('laser').focus();
  await page.keyboard.press('h');
  const dialog = page.getByRole('dialog', { name: /^Hold run \d+, laser, on satp1\?$/ });
  await expect(dialog.getByLabel('Reason (optional)')).toBeFocused();
  await page.keyboard.type('laser not ready');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(queue.row('laser')).toContainText(/On hold since \d\d:\d\d UTC by .+: laser not ready/);
  await expect(queue.button('laser')).toBeFocused();
  await expectNoViolation(page, 'a run on hold');

  await stack.query(MODE('QUEUE'));
  await stack.until(await stack.submit('print(2)\n', { title: 'next', start: 'QUEUED' }), 'SUCCEEDED');
  expect(await stack.phase(id)).toBe('QUEUED');
  await new SequencerPage(page).open('satp1');
  await queue.choose('laser', 'Release');
  await stack.until(id, 'SUCCEEDED');
});

test('a run is dragged to another position, unless the queue has changed meanwhile', async ({ page, stack }) => {
  const ids: string[] = [];
  for (const title of ['one', 'two', 'three']) {
    ids.push(await stack.submit('print(1)\n', { title, start: 'QUEUED' }));
  }
  await page.goto('/satp1');
  const queue = new QueueOnPage(page);
  await queue.grab('one', 'two');
  await page.mouse.up();
  await queue.expectOrder(['two', 'one', 'three']);

  await queue.grab('two', 'three');
  await stack.query(MOVE, { run: ids[2] });
  await stack.submit('print(1)\n', { title: 'four', start: 'QUEUED' });
  // The page has both changes: the list alone stays as it was.
  await expect(page.getByRole('heading', { name: 'Queue 4' })).toBeVisible();
  await queue.expectOrder(['two', 'one', 'three']);
  await page.mouse.up();
  await expect(page.getByRole('alert')).toHaveText(/^\S+ moved this list\. Drop again\.$/);
  await queue.expectOrder(['three', 'two', 'one', 'four']);

  // Escape cancels a drag.
  await queue.grab('three', 'one');
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await queue.expectOrder(['three', 'two', 'one', 'four']);
});

test('a run that is added to the queue may get a window, which is checked before it is sent', async ({
  page,
  stack,
}) => {
  await new SequencerPage(page).open('satp1');
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
  await expect(new QueueOnPage(page).row('wiregrid')).toContainText('starts 2999-06-01 22:00 to 2999-06-02 05:10 UTC');
  expect((await queueOf(stack))[0]?.window?.notBefore).toBe('2999-06-01T22:00:00.000Z');
});

test('a removed run returns to its place with all that it had, and on hold if it was', async ({ page, stack }) => {
  const window = { notBefore: '2999-06-01T22:00:00.000Z', notAfter: null };
  const more = { arguments: ['--step', '22.5'], timeoutSeconds: 90, afterFailure: 'CONTINUE', window };
  await stack.submit('print(1)\n', { title: 'one', start: 'QUEUED' });
  const held = await stack.submit('print(2)\n', { title: 'two', start: 'QUEUED', ...more });
  await stack.submit('print(3)\n', { title: 'three', start: 'QUEUED' });
  await stack.query('mutation ($id: ID!) { holdRun(id: $id, reason: "laser") { id } }', { id: held });
  await page.goto('/satp1');
  const queue = new QueueOnPage(page);
  await queue.button('two').focus();
  await page.keyboard.press('Delete');
  await queue.expectOrder(['one', 'three']);
  expect(await stack.phase(held)).toBe('CANCELLED');
  // The place is that between its neighbours, which have moved meanwhile.
  await queue.choose('three', 'To the top');
  await queue.expectOrder(['three', 'one']);
  const toast = page.getByRole('status').filter({ hasText: 'Removed “two” from the queue' });
  await expectNoViolation(page, 'a removal that can be undone');
  await toast.getByRole('button', { name: 'Undo' }).click();
  await queue.expectOrder(['two', 'three', 'one']);
  await expect(queue.row('two')).toContainText('On hold');
  const restored = { title: 'two', script: 'print(2)\n', ...more, onHold: { reason: 'laser' } };
  // Its window is set after the hold.
  await expect.poll(async () => (await queueOf(stack))[0]).toMatchObject(restored);
  expect((await queueOf(stack))[0]?.id).not.toBe(held);

  await queue.choose('one', 'Duplicate');
  await queue.expectOrder(['two', 'three', 'one', 'one']);
});

test('a queued run is edited in a panel, which asks before it loses a change', async ({ page, stack }) => {
  const id = await stack.submit('print(1)\n', { title: 'iv', start: 'QUEUED' });
  await page.goto('/satp1');
  const queue = new QueueOnPage(page);
  await queue.button('iv').focus();
  await page.keyboard.press('e');
  const panel = page.getByRole('region', { name: /^Edit run \d+ iv$/ });
  await panel.getByLabel('Title').fill('iv, short');
  await panel.getByLabel('Time limit (minutes)').fill('1.5');
  await panel.getByLabel('After a failure').selectOption({ label: 'Continue with the next run' });
  await panel.getByLabel('Arguments, one per line').fill('--step\n22.5');
  await panel.getByLabel('Not after (UTC)').fill('2999-06-02T05:10');
  await panel.getByRole('textbox', { name: /^Script of run/ }).fill('print(2)');
  await expect(panel).toContainText('6 changes');
  await expectNoViolation(page, 'the panel for edits');
  await page.keyboard.press('Escape');
  await expect(panel).toContainText('Discard 6 changes?');
  await panel.getByRole('button', { name: 'Keep editing' }).click();
  await panel.getByRole('button', { name: 'Save changes' }).click();
  await expect(panel).toHaveCount(0);
  await expect(queue.row('iv, short')).toContainText('starts by 2999-06-02 05:10 UTC');
  await expect(queue.button('iv, short')).toBeFocused();
  expect((await queueOf(stack))[0]).toMatchObject({
    id,
    title: 'iv, short',
    script: 'print(2)',
    arguments: ['--step', '22.5'],
    timeoutSeconds: 90,
    afterFailure: 'CONTINUE',
    window: { notBefore: null, notAfter: '2999-06-02T05:10:00.000Z' },
  });
});

test('a run that shares a resource shows it, and for which run it waits', async ({ page, stack }) => {
  const other = await stack.submit('import time\ntime.sleep(600)\n', { sequencer: 'lat', resources: ['laser'] });
  await stack.submit('print(1)\n', { title: 'shared', start: 'QUEUED' });
  await page.goto('/satp1/queue');
  const queue = new QueueOnPage(page);
  await queue.choose('shared', 'Edit');
  const panel = page.getByRole('region', { name: /^Edit run \d+ shared$/ });
  await panel.getByLabel('Resources').fill('Laser');
  await expect(panel.getByRole('alert')).toHaveText(/^“Laser” is not a resource\./);
  await panel.getByLabel('Resources').fill('laser, crane');
  await panel.getByRole('button', { name: 'Save changes' }).click();
  await expect(queue.row('shared')).toContainText(/uses crane, laser .*Waiting for run lat\/\d+, which uses laser\./);
  await page.goto('/satp1');
  await expect(queue.row('shared')).toContainText('uses crane, laser');
  await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id: other });
  await expect(queue.row('shared')).not.toContainText('Waiting for run lat');
});

test('of two edits of one run, the second shows both versions and overwrites nothing', async ({ page, stack }) => {
  const id = await stack.submit('print(1)\n', { title: 'iv', start: 'QUEUED' });
  await page.goto('/satp1');
  const queue = new QueueOnPage(page);
  await queue.choose('iv', 'Edit…');
  const panel = page.getByRole('region', { name: /^Edit run/ });
  await panel.getByLabel('Title').fill('mine');
  await panel.getByLabel('Time limit (minutes)').fill('5');
  await stack.query(EDIT, { id, input: { title: 'theirs', script: 'print(2)\n' } });
  await panel.getByRole('button', { name: 'Save changes' }).click();
  const notice = panel.getByRole('alert');
  await expect(notice).toContainText(/changed run \d+ meanwhile\. Nothing was overwritten\./);
  await expect(panel.getByRole('button', { name: 'Save changes' })).toBeDisabled();
  expect((await queueOf(stack))[0]).toMatchObject({ title: 'theirs', timeoutSeconds: null });
  await notice.getByRole('button', { name: 'Show both' }).click();
  await expect(notice).toContainText('Theirs: theirs');
  await expect(notice).toContainText('Yours: mine');
  await expect(notice.getByRole('textbox', { name: 'Theirs and yours' })).toContainText('print(2)');
  await expectNoViolation(page, 'two versions of a run');
  await notice.getByRole('button', { name: 'Discard mine' }).click();
  await expect(panel.getByLabel('Title')).toHaveValue('theirs');
  await expect(panel).toContainText('No changes');
  await panel.getByLabel('Title').fill('agreed');
  await panel.getByRole('button', { name: 'Save changes' }).click();
  await expect(panel).toHaveCount(0);
  expect((await queueOf(stack))[0]).toMatchObject({ title: 'agreed', script: 'print(2)\n', timeoutSeconds: null });
});

test('a run that starts while it is edited keeps its version, and the edit becomes a draft', async ({
  page,
  stack,
}) => {
  const id = await stack.submit('print(1)\n', { title: 'iv', start: 'QUEUED' });
  await new SequencerPage(page).open('satp1');
  await page.getByRole('textbox', { name: 'Script', exact: true }).fill('');
  await new QueueOnPage(page).choose('iv', 'Edit…');
  const panel = page.getByRole('region', { name: /^Edit run/ });
  await panel.getByRole('textbox', { name: /^Script of run/ }).fill("print('mine')");
  await expect(panel).toContainText('1 change');
  await stack.query(MODE('QUEUE'));
  await stack.until(id, 'SUCCEEDED');
  await expect(panel.getByRole('alert')).toHaveText(
    /^\s*Run \d+ has started with version 1\. Your changes are kept as a draft\.\s*Open the draft/,
  );
  await panel.getByRole('link', { name: 'Open the draft' }).click();
  await expect(page.getByRole('textbox', { name: 'Script', exact: true })).toContainText("print('mine')");
});

test('the page of a telescope sets what follows a failed run', async ({ page, stack }) => {
  await page.goto('/satp1');
  const setting = page.getByRole('group', { name: 'After a failed run' });
  await expect(setting.getByRole('button', { pressed: true })).toHaveText('Hold the queue');
  await setting.getByRole('button', { name: 'Continue with the next run' }).click();
  await expect(setting.getByRole('button', { pressed: true })).toHaveText('Continue with the next run');
  await stack.submit('print(1)\n', { title: 'by default', start: 'QUEUED' });
  expect((await queueOf(stack))[0]).toMatchObject({ afterFailure: 'CONTINUE' });
  await expectNoViolation(page, 'the page of a telescope');
  await stack.query('mutation { setAfterFailure(sequencer: "satp1", afterFailure: HOLD_QUEUE) { name } }');
});
