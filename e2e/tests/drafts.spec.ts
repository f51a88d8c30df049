/** What somebody types stays theirs, whatever others do. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '../src/sequencer-page.ts';

test('another person’s run and draft do not touch what is typed here', async ({ page, browser, stack }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  const editor = page.getByRole('region', { name: 'Editor' });
  await editor.getByRole('textbox', { name: 'Script', exact: true }).click();
  await page.keyboard.type("print('mine')");

  const elsewhere = await browser.newContext({ baseURL: stack.url });
  const theirs = new SequencerPage(await elsewhere.newPage());
  await theirs.run('satp1', "import time\ntime.sleep(3)\nprint('theirs')\n");
  await expect(sequencer.state).toContainText('Running');
  await expect(sequencer.state).toContainText('Succeeded', { timeout: 20_000 });
  await page.getByRole('button', { name: 'New run' }).click();
  await expect(editor).toContainText("print('mine')");
  await expect(editor).not.toContainText('theirs');
  await page.reload();
  await expect(editor).toContainText("print('mine')");
  await elsewhere.close();
});

test('output that somebody reads does not move, and what comes is counted', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run(
    'lat',
    "for i in range(200):\n    print('line', i)\nprint(input('more?'))\nfor i in range(50):\n    print('more', i)\n",
  );
  const ask = page.getByRole('alert', { name: 'The script asks: more?' });
  await expect(ask).toBeVisible();
  await expect(sequencer.output).toContainText('line 199');
  await sequencer.output.hover();
  await page.mouse.wheel(0, -2000);
  await expect(page.getByRole('button', { name: 'Follow', exact: true })).toHaveAttribute('aria-pressed', 'false');
  const first = async () => sequencer.output.locator('.row .text').first().textContent();
  const before = await first();
  await ask.getByRole('textbox').fill('yes');
  await ask.getByRole('textbox').press('Enter');
  // The answer stands on the line of the question, which was there.
  const count = page.getByRole('button', { name: '50 new lines' });
  await expect(count).toBeVisible();
  expect(await first()).toBe(before);
  await count.click();
  await expect(sequencer.output).toContainText('more 49');
});
