/** Running a script, from the editor to the history. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

test('a script from the editor runs, and is in the history', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', "import sys\nprint('hello', flush=True)\nprint('bad news', file=sys.stderr)\nx = 1\n");
  await expect(sequencer.state).toContainText('Succeeded');
  await expect(sequencer.output).toContainText('hello');
  await expect(sequencer.output.locator('.stderr')).toContainText('bad news');
  await expect(page.getByText('4 done')).toBeVisible();

  await page.goto('/history');
  const row = page.getByRole('row').filter({ hasText: 'test.py' }).first();
  await expect(row).toContainText('Succeeded');
  await row.getByRole('link').click();
  await expect(page).toHaveURL(/\/runs\//);
  await expect(page.getByLabel('Output of the script')).toContainText('hello');
  await page.getByRole('link', { name: 'Open in editor' }).click();
  await expect(page.getByLabel('Script', { exact: true }).last()).toContainText("print('hello'");
});

test('a syntax error is shown at its line and blocks the run', async ({ page, stack }) => {
  const before = await stack.query('{ sequencer(name: "lat") { activeRun { id } lastRun { id } } }');
  const sequencer = new SequencerPage(page);
  await sequencer.open('lat');
  await sequencer.load('x = 1\nfor\n', 'broken.py');
  await page.getByRole('button', { name: /^Run Ctrl/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('line 2');
  await expect(dialog.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  expect(await stack.query('{ sequencer(name: "lat") { activeRun { id } lastRun { id } } }')).toEqual(before);
});

test('a failure shows its first cause and its line', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  const script =
    'def f():\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n        raise RuntimeError("wrapped") from e\nf()\n';
  await sequencer.run('satp1', script);
  await expect(sequencer.state).toContainText('Failed');
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText('ZeroDivisionError: division by zero');
  await expect(details.getByRole('button', { name: 'line 3', exact: true }).first()).toBeVisible();
});

test('an example runs against the simulated observatory', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByLabel('Load an example into the editor').selectOption('calibration.py');
  await sequencer.start();
  await expect(sequencer.output).toContainText('elevation 52.0', { timeout: 30_000 });
  await expect(sequencer.state).toContainText('Succeeded', { timeout: 40_000 });
  await expect(sequencer.output).toContainText('calibration finished');
});

test('a run can start from a later statement, and the dialog lists what will not run', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('lat');
  await sequencer.load("import time\nname = 'first'\nprint(name)\nprint('third')\n");
  await page.getByRole('button', { name: /^Run Ctrl/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Statement to start from').selectOption({ index: 3 });
  const skipped = dialog.getByRole('status').filter({ hasText: 'Statements 1 to 3 will not run.' });
  await expect(skipped).toContainText('including import time');
  await dialog.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(sequencer.state).toContainText('Succeeded');
  await expect(page.getByText('3 skipped')).toBeVisible();
  await expect(sequencer.output).toContainText('third');
  await expect(sequencer.output).not.toContainText('first');
});
