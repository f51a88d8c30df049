/** The mode Scheduler on the pages, with the simulated scheduler. */
import { expect, test } from '../src/fixtures.ts';

test.use({ settings: { SEQUENCERS: 'satp1' } });

const STATE = '{ sequencer(name: "satp1") { mode activeRun { id origin } } }';

interface State {
  sequencer: { mode: string; activeRun: { id: string; origin: string } | null };
}

test('the mode Scheduler pulls a schedule after a confirmation, and ends with Off', async ({ page, stack }) => {
  // A run whose window is not open does not prevent a pull.
  const window = { notBefore: '2999-06-01T22:00:00Z' };
  await stack.submit('print(1)\n', { start: 'QUEUED', window });
  await page.goto('/satp1');
  const mode = page.getByRole('group', { name: 'Mode' });
  await mode.getByRole('button', { name: 'Scheduler' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('A schedule is pulled from the scheduler now. Its run starts immediately.');
  expect((await stack.query<State>(STATE)).sequencer).toMatchObject({ mode: 'OFF', activeRun: null });
  await dialog.getByRole('button', { name: 'Set to Scheduler' }).click();

  await expect(page.getByText('submitted by Scheduler')).toBeVisible();
  await expect(mode.getByRole('button', { name: 'Scheduler' })).toHaveAttribute('aria-pressed', 'true');
  await page.goto('/');
  await expect(page.getByRole('article').filter({ hasText: 'satp1' })).toContainText('Scheduler');
  await page.goto('/satp1');
  await mode.getByRole('button', { name: 'Off' }).click();
  await expect(mode.getByRole('button', { name: 'Off' })).toHaveAttribute('aria-pressed', 'true');
  const { activeRun } = (await stack.query<State>(STATE)).sequencer;
  if (activeRun) {
    expect(activeRun.origin).toBe('SCHEDULER');
    await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id: activeRun.id });
  }
});
