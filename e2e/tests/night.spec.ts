/** A night at the observatory: a breakpoint in the library, a failure, an edit while the run is held, and success. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { Simulator } from '@sequencer/testing/stack/simulator';

const NIGHT = `from nextline import disable_trace
import socket

with disable_trace():
    import sorunlib as run
    run.initialize()

acu = run.CLIENTS['acu']
assert socket.gethostname() == 'daq-satp1-sequencer', 'platform check failed'

run.acu.move_to(az=150.0, el=50.0)
run.smurf.uxm_relock(concurrent=True)
run.seq.scan(
    description='rising scan',
    stop_time='2099-01-01T00:00:00+00:00',
    width=20.0, az_drift=0, subtype='cmb', tag='night',
)
run.smurf.take_noise(concurrent=True, tag='night')
print('the night is finished')
`;

test('a night with a breakpoint in sorunlib, a failure of the telescope and an edited script succeeds', async ({
  page,
  stack,
}) => {
  test.setTimeout(180_000);
  const telescope = new Simulator(stack, 'satp1');
  const sequencer = new SequencerPage(page);
  const details = page.getByRole('complementary', { name: 'Details' });
  const script = page.getByRole('region', { name: 'Script', exact: true });
  const source = page.getByRole('region', { name: 'Source file' });

  await sequencer.open('satp1');
  await sequencer.load(NIGHT, 'night.py');
  await sequencer.start('Run paused', { hold: true });
  await expect(sequencer.state).toContainText('Paused');

  // The library's file opens, read only; the breakpoint is set in it before it is imported.
  const wanted = details.getByLabel('Module or file to open');
  await wanted.fill('sorunlib.acu');
  await wanted.press('Enter');
  await expect(source.getByRole('heading')).toContainText('sorunlib/acu.py');
  await source.getByText('resp = acu.go_to.wait(timeout=600)').click();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F9');
  await expect(source.locator('.breakpoint.plain')).toHaveCount(1);
  await page.getByRole('button', { name: /Continue F8/ }).click();

  // It stops there: call stack, local variables of the library's function, and the reply of the agent.
  await expect(details.getByRole('status', { name: 'Why it stopped' })).toContainText(/breakpoint at acu\.py:\d+/, {
    timeout: 30_000,
  });
  await expect(details.getByRole('button', { name: /^move_to acu\.py:\d+/ })).toHaveAttribute('aria-current', 'true');
  await expect(details.getByRole('button', { name: '<module> line 11' })).toBeVisible();
  await expect(source.locator('.stopped-line')).toContainText('check_response(acu, resp)');
  await details.getByRole('button', { name: 'Expand acu' }).click();
  await expect(details.getByText("'acu1'", { exact: true })).toBeVisible();
  await details.getByRole('button', { name: 'Expand resp' }).click();
  await details.getByRole('button', { name: 'Expand session' }).click();
  await expect(details.getByText(/Move complete/).last()).toBeVisible();
  await expect(details.getByText("'go_to'", { exact: true })).toBeVisible();

  // Steps out of the library and continues.
  await page.keyboard.press('Shift+F11');
  await expect(details.getByRole('button', { name: '<module> line 12' })).toBeVisible();
  await expect(source).toHaveCount(0);
  await expect(script.locator('.running-line')).toContainText('run.smurf.uxm_relock');
  await details.getByRole('button', { name: 'Remove the breakpoint at acu.py:20' }).click();
  await page.keyboard.press('F8');
  await expect(sequencer.controls).toContainText('Statement 8 of 10', { timeout: 30_000 });
  await expect.poll(() => telescope.journal()).toMatch(/acu1 +start generate_scan/);

  // The telescope fails during the scan; the library detects it and cleans up.
  await telescope.fault({ agent: 'acu1', kind: 'error', op: 'generate_scan', times: 1 });
  const card = page.getByRole('alert', { name: 'A statement failed' });
  await expect(card.getByRole('heading')).toContainText('Statement 8 failed after', { timeout: 40_000 });
  // First the original exception with its place in the library, then the one from the clean-up.
  await expect(
    card.getByText(/^RuntimeError: Operation generate_scan in Agent acu1 is not in the 'running'/),
  ).toBeVisible();
  await expect(card.getByText('sorunlib/_internal.py:', { exact: false }).first()).toContainText('in check_running');
  await expect(card.getByText(/^RuntimeError: Task generate_scan in Agent acu1 failed/)).toBeVisible();
  await expect(script.locator('.failed-line')).toContainText('run.seq.scan(');
  // The variables of the call that raised it are still there.
  await expect(details.getByRole('region', { name: /Variables T1 · check_running/ })).toContainText("'generate_scan'");
  await card.getByRole('button', { name: /^Edit remaining lines/ }).click();
  const edit = page.getByRole('region', { name: 'Edit remaining lines' });
  await edit.getByText('run.seq.scan(').click();
  await page.keyboard.press('Home');
  await page.keyboard.type('acu.clear_faults()');
  await page.keyboard.press('Enter');
  await edit.getByText("stop_time='2099-01-01").click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  const soon = new Date(Date.now() + 12_000).toISOString().slice(0, 19);
  await page.keyboard.type(`stop_time='${soon}+00:00',`);
  await edit.getByRole('button', { name: /^Apply to run/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Apply 2 changed lines to run');
  await expect(dialog.locator('.cm-deletedChunk').last()).toContainText('2099-01-01');
  await dialog.getByRole('button', { name: 'Apply and retry' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(sequencer.state).toContainText('Succeeded', { timeout: 60_000 });
  await expect(sequencer.output).toContainText('the night is finished');
  const asked = await telescope.journal();
  expect(asked.match(/start +generate_scan/g)).toHaveLength(2);
  expect(asked).toMatch(/start +clear_faults/);
  expect(asked).toMatch(/end +take_noise +ok/);
  const actions = details.getByRole('region', { name: /^Actions/ });
  await expect(actions).toContainText('The statements that had not run were replaced.');
  await expect(actions).toContainText('The statement runs again.');
});
