/** A failed statement holds the run: retry, skip, go to another statement, or edit the script and continue. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const SCRIPT = `tries = 0

def move(limit):
    global tries
    tries += 1
    try:
        if tries < limit:
            raise ValueError('the agent is busy')
    except ValueError as error:
        raise RuntimeError('move_to failed') from error
    finally:
        print('cleaned up')

move(3)
print('moved after', tries)
move(99)
print('left out')
print('end')
`;

test('a held run shows its first cause, retries, and continues after an edit', async ({ page, context }) => {
  test.setTimeout(120_000);
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load(SCRIPT);
  await sequencer.start('Run', { hold: true });

  const card = page.getByRole('alert', { name: 'A statement failed' });
  await expect(card.getByRole('heading')).toContainText('Statement 3 failed after');
  await expect(sequencer.state).toContainText('Needs you');
  await expect(page).toHaveTitle(/satp1 ▲ NEEDS YOU/);
  await expect(card.getByText('ValueError: the agent is busy', { exact: true })).toBeVisible();
  await expect(card.getByText(/RuntimeError: move_to failed/).first()).toBeVisible();
  await expect(card).toContainText('clean-up has run');
  await expect(sequencer.output).toContainText('cleaned up');
  // No action is preselected, and no key triggers one.
  expect(await card.evaluate((element) => element.contains(document.activeElement))).toBe(false);
  for (const key of ['Enter', 'F8', 'F10']) await page.keyboard.press(key);
  await expect(sequencer.state).toContainText('Needs you');

  const other = await context.newPage();
  await other.goto('/satp1');
  await expect(other.getByRole('alert', { name: 'A statement failed' })).toBeVisible();

  await card.getByRole('button', { name: /^Retry statement 3/ }).click();
  await expect(card).toContainText('failed 2 times');
  await card.getByRole('button', { name: /^Retry statement 3/ }).click();
  await expect(sequencer.output).toContainText('moved after 3');
  await expect(card.getByRole('heading')).toContainText('Statement 5 failed');

  // Lines that ran are locked. The failed statement and those after it can be edited.
  await card.getByRole('button', { name: /^Edit remaining lines/ }).click();
  const edit = page.getByRole('region', { name: 'Edit remaining lines' });
  await expect(edit.locator('.locked-line').first()).toBeVisible();
  await edit.getByText('tries = 0').click();
  await page.keyboard.type('nothing');
  await expect(edit).not.toContainText('nothing');
  await edit.getByText('move(99)').click();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type("print('fixed')");
  await expect(edit).toContainText('1 line changed');

  // The draft survives a reload.
  await page.reload();
  await page
    .getByRole('button', { name: /^Edit remaining lines/ })
    .first()
    .click();
  await expect(edit).toContainText("print('fixed')");
  await edit.getByRole('button', { name: /^Apply to run/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Apply 1 changed line to run');
  await expect(dialog.locator('.cm-deletedChunk')).toContainText('move(99)');
  await dialog.getByRole('button', { name: 'Apply and retry' }).click();
  await expect(sequencer.output).toContainText('fixed');
  await expect(sequencer.state).toContainText('Succeeded');
  await expect(page.getByRole('region', { name: 'Script', exact: true })).toContainText("print('fixed')");
  const versions = page.getByRole('region', { name: /^Versions of the script/ });
  await versions.getByRole('button', { name: 'Changes in version 2' }).click();
  await expect(page.getByRole('dialog')).toContainText("print('fixed')");
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('tab', { name: 'Actions' }).click();
  const record = page.getByRole('log', { name: 'Who did what' });
  await expect(record).toContainText(/Decision\s*by \w+: retry statement 3/);
  await expect(record).toContainText(/Script\s*version 2 by \w+, from statement 5/);
});

test('a held run continues with another statement, or skips the failed one', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load("1/0\nprint('second')\nprint('third')\nnowhere\nprint('last')\n");
  await sequencer.start('Run', { hold: true });
  const card = page.getByRole('alert', { name: 'A statement failed' });
  await card.getByRole('button', { name: /^Go to/ }).click();
  await card.getByLabel('Statement to continue with').selectOption({ index: 3 });
  await expect(card).toContainText('Skips statements 1 to 2.');
  await card.getByRole('button', { name: 'Continue with statement 3' }).click();
  await expect(sequencer.output).toContainText('third');
  await expect(sequencer.output).not.toContainText('second');
  await expect(card.getByRole('heading')).toContainText('Statement 4 failed');
  await card.getByRole('button', { name: /^Skip it/ }).click();
  await expect(sequencer.output).toContainText('last');
  await expect(sequencer.state).toContainText('Succeeded');
});

test('a run pauses automatically before the lines that are being edited', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', "import time\ntime.sleep(6)\nprint('old')\nprint('end')\n");
  await expect(sequencer.state).toContainText('Running');
  await page.getByRole('button', { name: 'Edit remaining lines' }).click();
  const edit = page.getByRole('region', { name: 'Edit remaining lines' });
  await expect(edit).toContainText('pauses automatically before line 3');
  await edit.getByText("print('old')").click();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type("print('new')");
  await expect(sequencer.state).toContainText('Paused');
  await edit.getByRole('button', { name: /^Apply to run/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(edit).toHaveCount(0);
  await page
    .getByRole('button', { name: /^Continue/ })
    .first()
    .click();
  await expect(sequencer.output).toContainText('new');
  await expect(sequencer.output).not.toContainText('old');
  await expect(sequencer.state).toContainText('Succeeded');
});

test('an edit of a line that has run meanwhile is not applied, and the draft is kept', async ({ page, stack }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', "import time\ninput('continue?')\nprint('old')\ntime.sleep(600)\n");
  await expect(sequencer.state).toContainText('Needs you');
  await page.getByRole('button', { name: 'Edit remaining lines' }).click();
  const edit = page.getByRole('region', { name: 'Edit remaining lines' });
  await edit.getByRole('button', { name: 'Do not pause' }).click();
  await edit.getByText("print('old')").click();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type("print('new')");
  await edit.getByRole('button', { name: /^Apply to run/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Apply 1 changed line');
  // The run continues while the dialog is open.
  const { sequencer: satp1 } = await stack.query<{ sequencer: { activeRun: { id: string } } }>(
    '{ sequencer(name: "satp1") { activeRun { id } } }',
  );
  await stack.query('mutation ($run: ID!) { answerAsk(run: $run, ask: 1, answer: "yes") { id } }', {
    run: satp1.activeRun.id,
  });
  await expect(sequencer.output).toContainText('old');
  await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('Nothing was applied. Your draft is kept.');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(edit.getByRole('alert')).toContainText('Line 3 has run meanwhile. Nothing was applied.');
  await expect(edit).toContainText("print('new')");
  await page.keyboard.press('Shift+F5');
  await page.getByRole('dialog').getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect(sequencer.state).toContainText('Interrupted');
  await expect(page.getByRole('region', { name: 'Script', exact: true })).toContainText("print('old')");
});
