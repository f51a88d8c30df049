/** Drafts, and output that is being read, do not change because of other users. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

test('a run or draft of another user does not change the draft', async ({ page, browser, stack }) => {
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

test('the overview and the editor use the edited script of a run; replacing a draft requires confirmation', async ({
  page,
  stack,
}) => {
  const first = "print('one')\ninput('go?')\nlast = 'old'\ninput('then?')\n";
  const edited = first.replace("last = 'old'", "extra = 1\nlast = 'new'");
  const run = await stack.submit(first, { sequencer: 'lat', title: 'edited.py' });
  const answer = async (ask: number) => {
    const asks = async () =>
      (
        await stack.query<{ run: { asks: { ask: number }[] } }>('query ($id: ID!) { run(id: $id) { asks { ask } } }', {
          id: run,
        })
      ).run.asks;
    await expect.poll(async () => (await asks()).map((a) => a.ask)).toContain(ask);
    return () =>
      stack.query('mutation ($run: ID!, $ask: Int!) { answerAsk(run: $run, ask: $ask, answer: "x") { id } }', {
        run,
        ask,
      });
  };
  const go = await answer(1);
  await page.goto('/');
  const card = page.getByRole('article').filter({ hasText: 'edited.py' });
  await expect(card.locator('code')).toHaveText("input('go?')");
  await stack.query('mutation ($run: ID!, $script: String!) { replaceRemaining(run: $run, script: $script) { id } }', {
    run,
    script: edited,
  });
  await go();
  const then = await answer(2);
  await expect(card.locator('code')).toHaveText("input('then?')");
  await then();
  await stack.until(run, 'SUCCEEDED');

  const editor = page.getByRole('region', { name: 'Editor' });
  const text = editor.getByRole('textbox', { name: 'Script', exact: true });
  await page.goto(`/runs/${run}`);
  await page.getByRole('link', { name: 'Open in editor' }).click();
  await expect(text).toContainText("last = 'new'");

  await text.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('# mine');
  const cancel = async (name: string) => {
    const dialog = page.getByRole('dialog', { name: `Replace your draft for lat with ${name}` });
    await expect(dialog).toContainText('The draft was not run and will be lost.');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(text).toContainText('# mine');
  };
  const open = () =>
    page
      .locator('input[type=file]')
      .setInputFiles({ name: 'other.py', mimeType: 'text/x-python', buffer: Buffer.from("print('other')\n") });
  await open();
  await cancel('other.py');
  await page.goto(`/lat?again=${run}`);
  await cancel('the script of run ');
  await editor.getByLabel('Load an example into the editor').selectOption({ index: 1 });
  await cancel('scan.py');
  await open();
  await page.getByRole('dialog').getByRole('button', { name: 'Replace', exact: true }).click();
  await expect(text).toContainText("print('other')");
});

test('output that is being read does not move, and new lines are counted', async ({ page }) => {
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
  // The answer is on the line of the question, which is not new.
  const count = page.getByRole('button', { name: '50 new lines' });
  await expect(count).toBeVisible();
  expect(await first()).toBe(before);
  await count.click();
  await expect(sequencer.output).toContainText('more 49');
});
