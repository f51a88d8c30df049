/** Pages beside running a script: late viewers, tab titles, shortcuts, the history, outcomes. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const KILL = 'mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }';
const PAUSE = 'mutation ($id: ID!) { pauseRun(id: $id) { id } }';
const TICKS =
  "import time\nfirst = 1\nfor i in range(600):\n    print('tick', i, flush=True)\n    time.sleep(0.1)\nprint('end')\n";

test('before the first data no page shows a state; after 3 s it shows which host it waits for', async ({ page }) => {
  await page.routeWebSocket('**/graphql', () => undefined);
  // Only the request for the signed-in user is answered.
  await page.route('**/graphql', (route) =>
    route.request().postData()?.includes('query Access') ? route.continue() : undefined,
  );
  for (const path of ['/', '/satp1', '/history', '/runs/00000000-0000-0000-0000-000000000000']) {
    await page.goto(path);
    await expect(page.getByText(/^Still loading from 127\.0\.0\.1/)).toBeVisible();
    await expect(page.locator('.skeleton').first()).toBeVisible();
    expect(await page.locator('main').innerText(), path).not.toMatch(/idle|empty|no runs?\b|nothing/i);
  }
});

test('the first page stays within its size limits', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByText('Live ·')).toBeVisible();
  const sizes = await page.evaluate(() => {
    const resources = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const sum = (end: string) =>
      resources.filter((r) => new URL(r.name).pathname.endsWith(end)).reduce((all, r) => all + r.encodedBodySize, 0);
    return { js: sum('.js'), css: sum('.css') };
  });
  expect(sizes.js).toBeGreaterThan(10_000);
  expect(sizes.js).toBeLessThanOrEqual(250_000);
  expect(sizes.css).toBeLessThanOrEqual(45_000);
});

test('a late viewer sees the same as others, and the number of viewers', async ({ page, context, stack }) => {
  const early = new SequencerPage(page);
  const id = await stack.submit(TICKS);
  await page.goto('/satp1');
  await expect(early.output).toContainText('tick 12');
  const other = await context.newPage();
  await other.goto('/satp1');
  const late = new SequencerPage(other);
  await expect(late.state).toContainText('Running');
  await expect(early.controls).toContainText('2 watching');
  await stack.query(PAUSE, { id });
  await expect(early.state).toContainText('Paused');
  await expect(late.state).toContainText('Paused');
  const shown = async (p: typeof page) => ({
    where: await p.locator('.where').first().innerText(),
    ledger: await p.locator('.started-gutter .cm-gutterElement').allInnerTexts(),
    output: await p.getByRole('log', { name: 'Output of the script' }).locator('.text').allInnerTexts(),
  });
  await expect(async () => {
    expect(await shown(other)).toEqual(await shown(page));
  }).toPass({ timeout: 15_000 });
  // The position of the splitter is remembered between pages.
  const splitter = page.getByRole('separator');
  await splitter.press('ArrowDown');
  const share = await splitter.getAttribute('aria-valuenow');
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  await page.goBack();
  await expect(early.state).toContainText('Paused');
  await expect(page.getByRole('separator')).toHaveAttribute('aria-valuenow', share ?? '');
  await other.close();
  await expect(early.controls).toContainText('1 watching');
  await stack.query(KILL, { id });
  await stack.until(id, 'KILLED');
});

test('the tab title shows telescope, phase and line, and the icon changes its shape', async ({ page, stack }) => {
  const shape = async () => decodeURIComponent((await page.locator('link[rel=icon]').getAttribute('href')) ?? '');
  const id = await stack.submit('import time\ntime.sleep(120)\n');
  await page.goto('/satp1');
  await expect(page).toHaveTitle('satp1 ● Running 2');
  const running = await shape();
  expect(running).toContain('<svg');
  await stack.query(KILL, { id });
  await expect(page).toHaveTitle('satp1 ☠ Killed');
  expect(await shape()).not.toBe(running);
  await page.goto('/');
  await expect(page).toHaveTitle('Sequencer');
});

test('typing sends no command, and a key that is held down sends at most one', async ({ page, stack }) => {
  const sequencer = new SequencerPage(page);
  const id = await stack.submit('import time\nwhile True:\n    a = 1\n    b = 2\n    time.sleep(0.01)\n');
  await page.goto('/satp1');
  await expect(sequencer.state).toContainText('Running');
  await page.keyboard.press('F6');
  await expect(sequencer.state).toContainText('Paused');
  const actions = async () => {
    const { run } = await stack.query<{ run: { events: { data: string }[] } }>(
      'query ($id: ID!) { run(id: $id) { events(types: ["action"]) { data } } }',
      { id },
    );
    return run.events.map((event) => (JSON.parse(event.data) as { name: string }).name);
  };
  const before = await actions();
  await page.keyboard.press('/');
  const find = page.getByLabel('Find in the output');
  await expect(find).toBeFocused();
  await page.keyboard.type('nscr');
  for (const key of ['F8', 'F10', 'F11', 'F6']) await page.keyboard.press(key);
  await expect(find).toHaveValue('nscr');
  await page.getByRole('button', { name: 'Find in the script' }).focus();
  await page.keyboard.down('F10');
  for (let i = 0; i < 5; i++) await page.keyboard.down('F10');
  await page.keyboard.up('F10');
  await expect.poll(actions).toEqual([...before, 'step']);
  await expect(sequencer.state).toContainText('Paused');
  await stack.query(KILL, { id });
  await stack.until(id, 'KILLED');
});

test('an early rung requires confirmation; the ladder shows what was sent, and offers no Kill yet', async ({
  page,
  stack,
}) => {
  const sequencer = new SequencerPage(page);
  const id = await stack.submit(
    'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True:\n    time.sleep(0.1)\n',
  );
  await page.goto('/satp1');
  await expect(sequencer.controls).toContainText('line 4');
  await page.keyboard.press('Shift+F5');
  const ladder = page.getByRole('dialog', { name: /Stop run/ });
  await ladder.getByRole('button', { name: 'Terminate now' }).click();
  await expect(ladder).toContainText('Skip it anyway?');
  expect(await stack.phase(id)).toBe('RUNNING');
  await ladder.getByRole('button', { name: 'Terminate', exact: true }).click();
  await expect(ladder).toContainText(/sent \d\d:\d\d:\d\d UTC by/);
  await expect(sequencer.state).toContainText('Stopping');
  await expect(ladder.getByRole('button', { name: 'Kill' })).toHaveCount(0);
  await stack.query(KILL, { id });
  await expect(sequencer.state).toContainText('Killed');
});

test("another user's run does not change the draft", async ({ page, stack }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('lat');
  await sequencer.load("print('mine')\n", 'mine.py');
  const id = await stack.submit("print('theirs')\n", { sequencer: 'lat' });
  await stack.until(id, 'SUCCEEDED');
  await page.getByRole('button', { name: 'New run' }).click();
  await expect(page.getByLabel('Title of the run')).toHaveValue('mine.py');
  await expect(page.getByRole('region', { name: 'Editor' })).toContainText("print('mine')");
});

test('the history filters, sorts and pages on the server, keeps the filters in the URL, and moves no rows', async ({
  page,
  stack,
}) => {
  const good = await stack.submit('x = 1\n', { title: 'all well' });
  await stack.until(good, 'SUCCEEDED');
  const bad = await stack.submit("raise RuntimeError('smurf-mv14 is lost')\n", { title: 'it breaks' });
  await stack.until(bad, 'FAILED');
  await page.goto('/history');
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('smurf-mv14');
  await expect(page).toHaveURL(/text=smurf-mv14/);
  const rows = page.locator('tr.run');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('RuntimeError: smurf-mv14 is lost');
  await page.reload();
  await expect(rows).toHaveCount(1);
  await page.getByLabel('Outcome', { exact: true }).selectOption('SUCCEEDED');
  await expect(page.getByText('No run matches.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).last().click();
  await expect(rows.filter({ hasText: 'all well' })).toHaveCount(1);

  const before = await rows.allInnerTexts();
  const fresh = await stack.submit('y = 2\n', { title: 'came later' });
  await stack.until(fresh, 'SUCCEEDED');
  const chip = page.getByRole('button', { name: '1 new run' });
  await expect(chip).toBeVisible();
  expect(await rows.allInnerTexts()).toEqual(before);
  await chip.click();
  await expect(rows.first()).toContainText('came later');
  await expect(chip).toHaveCount(0);

  await page.getByRole('button', { name: 'Started, UTC' }).click();
  await expect(page).toHaveURL(/order=OLDEST/);
  // Only the rows in sight are in the page.
  await expect(async () => {
    await page.locator('#main').evaluate((main) => {
      main.scrollTop = main.scrollHeight;
    });
    await expect(rows.last()).toContainText('came later', { timeout: 500 });
  }).toPass();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('runs.csv');
});

test('every outcome has its own word and icon', async ({ page, stack }) => {
  const ends: [string, string, string | null][] = [
    ['SUCCEEDED', 'x = 1\n', null],
    ['FAILED', 'x = 1 / 0\n', null],
    ['INTERRUPTED', 'import time\ntime.sleep(60)\n', 'INTERRUPT'],
    ['TERMINATED', 'import time\ntime.sleep(60)\n', 'TERMINATE'],
    ['KILLED', 'import time\ntime.sleep(60)\n', 'KILL'],
  ];
  for (const [phase, script, level] of ends) {
    const id = await stack.submit(script, { sequencer: 'lat', title: `to be ${phase}` });
    if (level) {
      await stack.until(id, 'RUNNING');
      await stack.query('mutation ($id: ID!, $l: StopLevel!) { stopRun(id: $id, level: $l) { id } }', { id, l: level });
    }
    expect(await stack.until(id, 'SUCCEEDED', 'FAILED', 'INTERRUPTED', 'TERMINATED', 'KILLED')).toBe(phase);
  }
  await page.goto('/history?telescope=lat');
  const shapes: (string | null)[] = [];
  for (const [phase] of ends) {
    const cell = page
      .locator('tr.run')
      .filter({ hasText: `to be ${phase}` })
      .locator('td')
      .first();
    await expect(cell).toHaveText(new RegExp(`^\\s*${phase}\\s*$`, 'i'));
    shapes.push(await cell.locator('path').getAttribute('d'));
  }
  expect(new Set(shapes).size).toBe(ends.length);
});

test('the page of an ended run shows progress and cause, and links to adjacent runs', async ({ page, stack }) => {
  await page.goto('/runs/9999');
  await expect(page.getByRole('alert')).toContainText('Run 9999 does not exist, or retention deleted it.');
  const before = await stack.submit('x = 1\n');
  await stack.until(before, 'SUCCEEDED');
  const id = await stack.submit('x = 1\ny = x / 0\nz = 3\n', { title: 'divides' });
  await stack.until(id, 'FAILED');
  await page.goto(`/runs/${id}`);
  const header = page.getByRole('region', { name: 'State and controls' });
  await expect(header).toContainText('ran 2 of 3');
  await expect(page.locator('.failure-note')).toHaveText('ZeroDivisionError: division by zero');
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details).toContainText('started the run');
  const slider = page.getByRole('slider', { name: 'Statement' });
  await slider.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', /Statement 3 of 3, line 3: z = 3 \(not run\)/);
  await slider.press('ArrowLeft');
  await expect(slider).toHaveAttribute('aria-valuetext', /Statement 2 of 3, line 2/);
  await details.getByRole('button', { name: 'Why it ended' }).click();
  await page.reload();
  await expect(details.getByRole('button', { name: 'Why it ended' })).toHaveAttribute('aria-expanded', 'false');
  await header.getByRole('link', { name: 'Previous run' }).click();
  await expect(page).toHaveURL(new RegExp(before));
});
