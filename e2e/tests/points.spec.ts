/** Breakpoints with a hit count, and log points. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const LOOP = `total = 0
for step in range(6):
    total += step
    print('step', step)
print('total', total)
`;

test('a breakpoint stops at its third hit, and a log point writes a message without stopping', async ({
  page,
  stack,
}) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load(LOOP);
  await sequencer.start('Run paused');
  await expect(sequencer.state).toContainText('Paused');
  const script = page.getByRole('region', { name: 'Script', exact: true });
  const details = page.getByRole('complementary', { name: 'Details' });

  // An error of the server is shown next to its button, which can be used again.
  const wanted = details.getByLabel('Module or file to open');
  const open = details.getByRole('button', { name: 'Open' });
  await wanted.fill('no.such.module');
  await open.click();
  await expect(details.getByRole('alert')).toContainText('no.such.module');
  await expect(open).toBeEnabled();
  await wanted.fill('shutil');
  await open.click();
  await expect(details.getByRole('alert')).toHaveCount(0);
  await page.getByRole('button', { name: 'Back to the script' }).click();

  // Sets both with the keyboard alone.
  await script.getByRole('textbox', { name: 'The script of this run, read only' }).focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'F9']) await page.keyboard.press(key);
  await expect(details.getByRole('button', { name: 'Change the breakpoint at line 3' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F9');
  await details.getByRole('button', { name: 'Change the breakpoint at line 4' }).click();
  const log = details.getByRole('form', { name: 'Breakpoint at line 4' });
  await log.getByLabel('Log message (does not stop)').fill('step {step +}');
  await log.getByRole('button', { name: 'Save' }).click();
  await expect(details).toContainText('Python cannot compile its expression');
  await expect(script.locator('.breakpoint.problem')).toHaveCount(1);
  await details.getByRole('button', { name: 'Change the breakpoint at line 4' }).click();
  await log.getByLabel('Log message (does not stop)').fill('step {step}: {total}');
  await log.getByRole('button', { name: 'Save' }).click();
  await expect(script.locator('.breakpoint.log')).toHaveCount(1);
  await details.getByRole('button', { name: 'Change the breakpoint at line 3' }).click();
  const counted = details.getByRole('form', { name: 'Breakpoint at line 3' });
  await counted.getByLabel('Hit count').fill('3');
  await counted.getByRole('button', { name: 'Save' }).click();
  await expect(details).toContainText('at hit 3');

  await page.getByRole('button', { name: /Continue F8/ }).click();
  await expect(details.getByRole('status', { name: 'Why it stopped' })).toContainText('line 3, hit 3');
  const written = sequencer.output.locator('.row').filter({ has: page.locator('.logged') });
  await expect(written).toHaveCount(2);
  await expect(written.last()).toContainText('step 1: 1');
  await expect(details).toContainText('logs step {step}: {total}');
  await expect(details).toContainText(/logs step \{step\}: \{total\}.*, 2 hits/);
  await page.keyboard.press('F8');
  await expect(sequencer.state).toContainText('Succeeded');
  await expect(written).toHaveCount(6);
  await expect(written.last()).toContainText('step 5: 15');
  // Messages are in order with the output, also for a late viewer.
  const { sequencer: satp1 } = await stack.query<{ sequencer: { lastRun: { id: string } } }>(
    '{ sequencer(name: "satp1") { lastRun { id } } }',
  );
  await page.goto(`/runs/${satp1.lastRun.id}`);
  await expect(sequencer.output.locator('.row').nth(2)).toContainText('step 1: 1');
  await expect(sequencer.output.locator('.row').nth(3).locator('.text')).toHaveText('step 1');
  await page.getByRole('tab', { name: 'Events' }).click();
  await expect(page.getByRole('log').first()).toContainText('line 4: step 5: 15');
});
