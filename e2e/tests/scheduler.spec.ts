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

interface Queue {
  sequencer: { queue: { title: string; script: string }[] };
}

test('previews a schedule, compares it with the last one, and adds exactly that script to the queue', async ({
  page,
  stack,
}) => {
  const pull =
    'mutation { pullSchedule(sequencer: "satp1", from: "2990-01-01T00:00:00Z", to: "2990-01-01T01:00:00Z", then: DRAFT) { ok } }';
  await stack.query(pull);
  await page.goto('/satp1/scheduler');
  await expect(page.getByRole('region', { name: 'Last pulls' })).toContainText('Success');
  await page.getByLabel('From (UTC)').fill('2990-01-02T00:00');
  await page.getByLabel('To (UTC)').fill('2990-01-02T00:00');
  await expect(page.getByRole('alert')).toContainText('“To” must be later than “From”.');
  await page.getByLabel('To (UTC)').fill('2990-01-02T01:00');
  await page.getByLabel('Policy sent to the scheduler').fill('{"policy": ');
  await expect(page.getByRole('alert')).toContainText('The policy is not JSON');
  await expect(page.getByRole('button', { name: 'Preview' })).toBeDisabled();
  await page.getByRole('combobox').selectOption('rest');
  await page.keyboard.press('Control+Enter');

  const preview = page.getByRole('region', { name: 'Preview' });
  await expect(preview.getByRole('heading', { name: 'Preview' })).toBeFocused();
  await expect(preview).toContainText('Against the last pulled schedule:');
  await expect(preview).toContainText('The check found no problem.');
  await preview.getByRole('button', { name: 'Script' }).click();
  await expect(preview.getByLabel('Schedule')).toContainText('2990-01-02');
  await preview.getByRole('button', { name: 'Add to queue' }).click();
  await expect
    .poll(
      async () => (await stack.query<Queue>('{ sequencer(name: "satp1") { queue { title script } } }')).sequencer.queue,
    )
    .toContainEqual({
      title: 'Schedule 00:00:00 to 01:00:00',
      script: expect.stringContaining('2990-01-02') as unknown,
    });

  await preview.getByRole('button', { name: 'Open in editor' }).click();
  await expect(page).toHaveURL(/\/satp1\?tab=editor$/);
  await expect(page.getByRole('textbox', { name: 'Script' })).toContainText('2990-01-02');
});

test('cancels a preview at any moment, and shows why one failed', async ({ page, stack }) => {
  await page.goto('/satp1/scheduler');
  let held = '';
  await page.route('**/graphql', async (route) => {
    const { operationName } = (route.request().postDataJSON() ?? {}) as { operationName?: string };
    if (operationName !== held) return route.continue();
    await new Promise((resolve) => page.once('requestfailed', resolve));
  });
  for (held of ['LastPulledScripts', 'SchedulerPreview']) {
    const request = page.waitForRequest((sent) => (sent.postData() ?? '').includes(held));
    await page.getByRole('button', { name: 'Preview' }).click();
    await expect(page.getByText('Waiting for the scheduler')).toBeVisible();
    await request;
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('button', { name: 'Preview' })).toBeEnabled();
    await expect(page.getByRole('region', { name: 'Preview' })).toHaveCount(0);
  }
  held = '';
  const settings =
    'mutation { setSchedulerSettings(sequencer: "satp1", settings: { url: "http://127.0.0.1:9/" }) { name } }';
  await stack.query(settings);
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByRole('alert')).toContainText('The scheduler');
});
