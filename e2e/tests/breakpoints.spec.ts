/** Breakpoints set before and during a run, in the script and in a library, and shared by all viewers. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const LOOP = `import time
from shutil import which

n = 0
# no code here
while True:
    n += 1
    time.sleep(0.05)
    which('python-that-is-nowhere')
`;

test('breakpoints stop a run, show why, and can be changed while it runs', async ({ page, context }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load(LOOP);
  const editor = page.getByRole('region', { name: 'Editor' });
  await editor.getByText('# no code here').click();
  await page.keyboard.press('F9');
  await expect(editor.locator('.breakpoint.plain')).toHaveCount(1);
  await page.reload();
  await expect(editor.locator('.breakpoint.plain')).toHaveCount(1);

  await sequencer.start();
  await expect(sequencer.state).toContainText('Paused');
  const list = page.getByRole('complementary', { name: 'Details' });
  await expect(list.getByRole('status', { name: 'Why it stopped' })).toContainText('breakpoint at line 6');
  await expect(list).toContainText('Line 5 has no code. Moved to line 6.');

  const other = await context.newPage();
  await other.goto('/satp1');
  const script = page.getByRole('region', { name: 'Script', exact: true });
  const otherScript = other.getByRole('region', { name: 'Script', exact: true });
  await expect(otherScript.locator('.breakpoint.plain')).toHaveCount(1);

  // A click in the gutter at `n += 1`. The mark is solid when the runner has accepted it.
  const gutter = script.locator('.breakpoint-gutter .cm-gutterElement');
  await gutter.nth(7).click();
  await expect(script.locator('.breakpoint.plain')).toHaveCount(2);
  await expect(otherScript.locator('.breakpoint.plain')).toHaveCount(2);

  // Adds a condition, and removes the first breakpoint.
  await list.getByRole('button', { name: 'Remove the breakpoint at line 6' }).click();
  await list.getByRole('button', { name: 'Change the breakpoint at line 7' }).click();
  const form = list.getByRole('form', { name: 'Breakpoint at line 7' });
  await form.getByLabel('Condition').fill('n >= 5');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(list).toContainText('if n >= 5');
  await expect(otherScript.locator('.breakpoint.conditional')).toHaveCount(1);
  await page.getByRole('button', { name: /Continue F8/ }).click();
  await expect(list.getByRole('status', { name: 'Why it stopped' })).toContainText('because n >= 5');

  // A condition that raises stops the run and shows the exception.
  await list.getByRole('button', { name: 'Change the breakpoint at line 7' }).click();
  await form.getByLabel('Condition').fill('nowhere > 1');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(list).toContainText('if nowhere > 1');
  await page.keyboard.press('F8');
  await expect(list.getByRole('status', { name: 'Why it stopped' })).toContainText('NameError');

  // A disabled breakpoint does not stop the run. The mark without a title gives the gutter its width.
  await list.getByRole('checkbox', { name: 'Enable the breakpoint at line 7' }).click();
  await expect(script.locator('.breakpoint.off:not([title=""])')).toHaveCount(1);
  await page.keyboard.press('F8');
  await expect(sequencer.state).toContainText('Running');

  // In a library file, which opens read only.
  await list.getByLabel('Module or file to open').fill('shutil');
  await list.getByLabel('Module or file to open').press('Enter');
  const source = page.getByRole('region', { name: 'Source file' });
  await expect(source.getByRole('heading')).toContainText('shutil.py');
  await source.getByRole('button', { name: 'Find in the file' }).click();
  await source.getByPlaceholder('Find').pressSequentially('use_bytes = isinstance(cmd, bytes)');
  await source.getByPlaceholder('Find').press('Enter');
  await source.getByPlaceholder('Find').press('Escape');
  await page.keyboard.press('F9');
  await expect(sequencer.state).toContainText('Paused');
  await expect(list.getByRole('status', { name: 'Why it stopped' })).toContainText('shutil.py');
  await source.getByRole('button', { name: 'Back to the script' }).click();

  await page.keyboard.press('Shift+F5');
  await page.getByRole('dialog').getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect(sequencer.state).toContainText('Interrupted');
});
