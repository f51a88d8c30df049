/** The stop ladder with a script that ignores signals, and a run that starts from a later statement. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { Stack } from '@sequencer/testing/stack/stack';

const IGNORES_SIGINT = `import signal
import time
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    time.sleep(0.1)
`;

test('a script that ignores SIGINT is reported, with the telescope status, and no rung is sent automatically', async ({
  page,
}) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', IGNORES_SIGINT);
  await expect(page.getByRole('region', { name: 'Script', exact: true }).locator('.running-line')).toHaveCount(2);
  await page.keyboard.press('Shift+F5');
  const ladder = page.getByRole('dialog', { name: /Stop run/ });
  await expect(ladder).toContainText('Telescope: not checked yet.');
  await expect(ladder.getByRole('checkbox', { name: /^Escalate automatically/ })).not.toBeChecked();
  await ladder.getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect(ladder).toContainText('received by the runner after');
  await expect(ladder.getByRole('progressbar', { name: 'Interrupt: time until the deadline' })).toBeVisible();
  await expect(ladder).toContainText('offered in');
  await expect(sequencer.state).toContainText('Stopping');
  await expect(ladder.getByRole('status').first()).toContainText('ignores SIGINT', { timeout: 20_000 });
  await expect(ladder).toContainText(/No operation of this run|Still running on the telescope/);
  await expect(ladder).toContainText(/seen .* ago/);
  // Kill is not offered before Terminate is sent. An early Terminate requires confirmation.
  await expect(ladder.getByRole('button', { name: 'Kill' })).toHaveCount(0);
  await ladder.getByRole('button', { name: 'Terminate now…' }).click();
  await expect(sequencer.state).toContainText('Stopping');
  await ladder.getByRole('button', { name: 'Terminate', exact: true }).click();
  await expect(sequencer.state).toContainText('Terminated');
  await expect(page.getByRole('region', { name: 'Left on the telescope' })).toBeVisible();
  const why = page.getByRole('region', { name: 'Why it ended' });
  await expect(why).toContainText(/Terminated by \S+ at \d\d:\d\d:\d\d UTC; it had ended .* later\./);
  await expect(why).not.toContainText('First cause');
  // The menu that had the focus is gone.
  await expect(page.locator('div[tabindex="-1"]', { has: why })).toBeFocused();
});

test('a run again from a later statement shows what it leaves out', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', "print('first')\nimport time\nprint('third')\n");
  await expect(sequencer.state).toContainText('Succeeded');
  await page.getByRole('button', { name: 'Run again…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Statement to start from').selectOption({ index: 2 });
  await expect(dialog.getByRole('status')).toContainText('Statements 1 to 2 will not run.');
  await expect(dialog.getByRole('status')).toContainText('time');
  await dialog.getByRole('button', { name: 'Run again', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Script', exact: true }).locator('.sign.skipped')).toHaveCount(2);
  await expect(sequencer.output).toContainText('third');
  await expect(sequencer.output).not.toContainText('first');
});

/** The stops of the newest run. */
const STOPS = '{ runs(first: 1) { edges { node { stops { level } } } } }';
interface Stops {
  runs: { edges: { node: { stops: { level: string }[] } }[] };
}

test('rungs are sent automatically only on request, count down, and the outcome names the last one', async ({
  page,
}) => {
  test.setTimeout(150_000);
  const stack = await Stack.start({ SEQUENCERS: 'satp1', STOP_GRACE_SECONDS: '3', TERMINATE_GRACE_SECONDS: '3' });
  try {
    await stack.query('mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
    await page.goto(`${stack.url}/satp1`);
    const sequencer = new SequencerPage(page);
    await sequencer.load(IGNORES_SIGINT.replace('while', 'signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile'));
    await sequencer.start();
    await expect(page.getByRole('region', { name: 'Script', exact: true }).locator('.running-line')).toHaveCount(2);
    await page.keyboard.press('Shift+F5');
    const ladder = page.getByRole('dialog', { name: /Stop run/ });
    await ladder.getByRole('checkbox', { name: /^Escalate automatically/ }).check();
    await ladder.getByRole('button', { name: 'Interrupt', exact: true }).click();
    await expect(ladder).toContainText('The next rung is sent automatically at the deadline.');
    await expect(ladder).toContainText(/\d s of 3 s/);
    // The next rungs are sent without a click.
    await expect(ladder.getByRole('progressbar', { name: 'Terminate: time until the deadline' })).toBeVisible({
      timeout: 20_000,
    });
    await expect(sequencer.state).toContainText('Killed', { timeout: 20_000 });
    const why = page.getByRole('region', { name: 'Why it ended' });
    await expect(why).toContainText(/kill/i);
    await expect(why).toContainText(/Mode set to Off because \S+ stopped run 1, at \d\d:\d\d:\d\d UTC\./);
    const { runs } = await stack.query<Stops>(STOPS);
    expect(runs.edges[0]?.node.stops.map((stop) => stop.level)).toEqual(['INTERRUPT', 'TERMINATE', 'KILL']);

    // Without the request, each rung needs a click, and Kill the telescope's name.
    await page.getByRole('button', { name: 'Run again…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run again', exact: true }).click();
    await expect(page.getByRole('region', { name: 'Script', exact: true }).locator('.running-line')).toHaveCount(2);
    await page.keyboard.press('Shift+F5');
    await ladder.getByRole('button', { name: 'Terminate now…' }).click();
    await ladder.getByRole('button', { name: 'Terminate', exact: true }).click();
    await expect(ladder).toContainText('received by the runner after');
    const kill = ladder.getByRole('button', { name: 'Kill', exact: true });
    await expect(kill).toBeDisabled({ timeout: 20_000 });
    await expect(sequencer.state).toContainText('Stopping');
    await ladder.getByRole('textbox', { name: 'Type satp1 to confirm' }).fill('lat');
    await expect(kill).toBeDisabled();
    await ladder.getByRole('textbox', { name: 'Type satp1 to confirm' }).fill('satp1');
    await kill.click();
    await expect(sequencer.state).toContainText('Killed');
    await expect(why).toContainText(/Killed by \S+ at/);
  } finally {
    await stack.stop();
  }
});
