/** The dialog that stops every telescope. */
import { expectNoViolation } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';

test.use({ settings: { SEQUENCERS: 'satp1,satp2,lat' } });

const LOOP = 'import time\nwhile True:\n    time.sleep(0.1)\n';
const MODES = '{ sequencers { name mode modeReason } }';

interface Modes {
  sequencers: { name: string; mode: string; modeReason: string | null }[];
}

test('stops the active runs, each with its level, and sets all modes to Off', async ({ page, stack }) => {
  const first = await stack.submit(LOOP, { sequencer: 'satp1' });
  const second = await stack.submit(LOOP, { sequencer: 'satp2' });
  await stack.until(first, 'RUNNING');
  await stack.until(second, 'RUNNING');
  await stack.query('mutation { setMode(sequencer: "lat", mode: QUEUE) { name } }');
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
  await page.goto('/');
  await page.getByRole('button', { name: 'Stop all…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop all telescopes' });
  const line = (telescope: string) => dialog.getByRole('listitem').filter({ hasText: telescope });
  await expect(dialog.getByLabel(/^Reason/)).toBeFocused();
  await expect(dialog.getByRole('button', { name: 'Stop 2 runs' })).toBeDisabled();
  await expectNoViolation(page, 'the dialog Stop all');

  // Escape closes it, and stops nothing.
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Stop all…' })).toBeFocused();
  expect(await stack.phase(first)).toBe('RUNNING');

  await page.keyboard.press('Enter');
  await line('satp2').getByRole('checkbox').click();
  await expect(line('satp2')).toContainText('The run is not stopped.');
  await line('satp2').getByRole('checkbox').click();
  await line('satp2').getByRole('combobox').selectOption('Terminate');
  await dialog.getByLabel(/^Reason/).fill('lightning');
  for (const width of [390, 1024]) {
    await page.setViewportSize({ width, height: 844 });
    await expect(dialog.getByRole('button', { name: 'Stop 2 runs' })).toBeEnabled();
    expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await dialog.getByRole('button', { name: 'Stop 2 runs' }).click();
  await expect(line('satp1').getByRole('status')).toHaveText('Interrupted');
  await expect(line('satp2').getByRole('status')).toHaveText('Terminated');
  const { sequencers } = await stack.query<Modes>(MODES);
  expect(new Set(sequencers.map(({ mode }) => mode))).toEqual(new Set(['OFF']));
  expect(sequencers.find(({ name }) => name === 'lat')?.modeReason).toContain('stopped all telescopes: lightning');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toHaveCount(0);
});
