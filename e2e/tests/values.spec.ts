/** Arrays in the variables, commands of pdb, and assignments that the script then uses. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const SCRIPT = `import numpy as np

def point(az, el):
    track = np.linspace(az, az + 11, 12).reshape(3, 4)
    marks = np.array(['a', 'b'])
    offset = 0
    return az + offset

print('pointed at', point(180, 50))
print('end')
`;

test('arrays have shape, type and a preview, and open row by row', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load(SCRIPT);
  await page.getByRole('region', { name: 'Editor' }).locator('.breakpoint-gutter .cm-gutterElement').nth(7).click();
  await sequencer.start();
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByRole('status', { name: 'Why it stopped' })).toContainText('breakpoint at line 7');
  const variables = details.getByRole('region', { name: /^Variables T1 · point/ });
  const track = variables.getByRole('listitem').filter({ hasText: /^track/ });
  await expect(track).toContainText('ndarray[float64, (3, 4)]');
  await expect(track).toContainText('[180.0, 181.0, 182.0');
  await expect(variables.getByRole('listitem').filter({ hasText: /^marks/ })).toContainText('ndarray[<U1, (2,)]');
  await track.getByRole('button', { name: 'Expand track' }).click();
  await track.getByRole('button', { name: 'Expand [2]' }).click();
  await expect(track.getByText('191.0', { exact: true })).toBeVisible();

  // Commands of pdb.
  const evaluate = details.getByRole('region', { name: /^Evaluate/ });
  const field = evaluate.getByRole('textbox');
  const log = evaluate.getByRole('log');
  const evaluates = async (text: string, answer: string | RegExp) => {
    await field.fill(text);
    await field.press('Enter');
    await expect(log).toContainText(answer);
    await expect(field).toHaveAttribute('aria-busy', 'false');
  };
  await evaluates('p track.shape', '(3, 4)');
  await evaluates('whatis offset', 'int');
  await evaluates('w', /<script>\(9\)<module>\(\)\s*> <script>\(7\)point\(\)/);
  await evaluates('l', /7->\s+return az \+ offset/);
  await evaluates('a', /az = 180\s+el = 50/);
  // The script continues with an assigned value, and the variables show it.
  await evaluates('!offset = 3', '> !offset = 3');
  await expect(variables.getByRole('listitem').filter({ hasText: /^offset/ })).toContainText('3');
  await field.fill('c');
  await field.press('Enter');
  await expect(sequencer.state).toContainText('Succeeded');
  await expect(sequencer.output).toContainText('pointed at 183');
});
