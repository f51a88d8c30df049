/** Replay of a run that has ended. */
import { expect, test } from '../src/fixtures.ts';

const SCRIPT = "import time\nprint('one')\ntime.sleep(1)\nprint('two')\ntime.sleep(1)\nprint('three')\n";

test('the replay steps by statement, keeps its time in the URL, and plays', async ({ page, stack }) => {
  const id = await stack.submit(SCRIPT);
  await stack.until(id, 'SUCCEEDED');
  await page.goto(`/runs/${id}`);
  const slider = page.getByRole('slider', { name: 'Replay time' });
  const output = page.getByRole('log', { name: 'Output of the script' });
  await expect(output).toContainText('three');

  await slider.press('ArrowLeft');
  await expect(slider).toHaveAttribute('aria-valuetext', /statement [56] of 6/);
  const state = page.getByRole('region', { name: 'State and controls' }).getByRole('status').first();
  await expect(state).toContainText(/Replay\s*at \d\d:\d\d:\d\d UTC/);
  await slider.press('Home');
  await expect(output).not.toContainText('one');
  await slider.press('End');
  await expect(output).toContainText('three');
  await slider.press('ArrowLeft');
  await slider.press('ArrowLeft');
  await expect(slider).toHaveAttribute('aria-valuetext', /statement 5 of 6, line 5/);
  await expect(output).toContainText('two');
  await expect(output).not.toContainText('three');
  const script = page.getByRole('region', { name: 'Script', exact: true });
  await expect(script.locator('.sign.running')).toHaveCount(1);
  await expect(script.locator('.sign.done')).toHaveCount(4);
  await expect(script.locator('.running-line')).toContainText('time.sleep(1)');

  await expect(page).toHaveURL(/\?at=20/);
  await page.reload();
  await expect(slider).toHaveAttribute('aria-valuetext', /statement 5 of 6, line 5/);
  await expect(output).not.toContainText('three');

  await page.getByRole('button', { name: 'Play' }).click();
  await expect(output).toContainText('three');
  await page.getByRole('button', { name: 'Back to the end' }).click();
  await expect(page).not.toHaveURL(/at=/);
  await expect(state).toContainText('Succeeded');
  await expect(script.locator('.sign.done')).toHaveCount(6);
});
