/** The telescope's default for failures, and the telescope status while a failure is held. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { Simulator } from '@sequencer/testing/stack/simulator';

const LEAVES_ONE_RUNNING = `import sorunlib as run
run.initialize()
run.CLIENTS['smurf'][0].take_noise.start()
raise RuntimeError('the weather is bad')
`;

test('a run without its own setting pauses on failure by the telescope’s default', async ({ page, context, stack }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  const setting = page.getByRole('button', { name: 'Pause the run', exact: true });
  await expect(setting).toHaveAttribute('aria-pressed', 'false');
  await expect(page.getByText('Saved for satp1, for all users.')).toBeVisible();
  await setting.click();
  await expect(setting).toHaveAttribute('aria-pressed', 'true');
  const other = await context.newPage();
  await other.goto('/satp1');
  const theirs = other.getByRole('button', { name: 'Pause the run', exact: true });
  await expect(theirs).toHaveAttribute('aria-pressed', 'true');
  await sequencer.load('1 / 0\n');
  await page.getByRole('button', { name: /^Run Ctrl/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('checkbox', { name: /^Hold this run when a statement fails/ })).toBeChecked();
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  const telescope = new Simulator(stack, 'satp1');
  await telescope.fault({ agent: 'smurf1', kind: 'hang', op: 'take_noise' });
  await stack.submit(LEAVES_ONE_RUNNING);
  const card = page.getByRole('alert', { name: 'A statement failed' });
  await expect(card.getByRole('heading')).toContainText('Statement 4 failed', { timeout: 30_000 });
  const still = card.getByRole('status', { name: 'Still on the telescope' });
  await expect(still).toContainText('smurf1 still runs take_noise');
  await expect(still).not.toContainText('monitor');
  await expect(still).toContainText(/Seen .* ago/);
  // The stop ladder shows the same, and lists the other operations.
  await page.keyboard.press('Shift+F5');
  const ladder = page.getByRole('dialog', { name: /Stop run/ });
  await expect(ladder.getByRole('listitem').filter({ hasText: 'smurf1 take_noise' })).toBeVisible();
  await expect(ladder.getByText(/acu1 monitor/)).toBeHidden();
  await ladder.getByText(/Still running from before the run: \d+ operations?/).click();
  await expect(ladder.getByText(/acu1 monitor/)).toBeVisible();
  await ladder.getByRole('button', { name: 'Close' }).click();
  await telescope.fault({ agent: 'smurf1', kind: 'none' });
  await expect(still).toContainText('No operation of this run is still running.', { timeout: 20_000 });
  await card.getByRole('button', { name: /^Skip it/ }).click();
  await expect(sequencer.state).toContainText('Succeeded');

  await page.getByRole('button', { name: 'New run' }).click();
  await page.getByRole('button', { name: 'End the run', exact: true }).click();
  await expect(setting).toHaveAttribute('aria-pressed', 'false');
});
