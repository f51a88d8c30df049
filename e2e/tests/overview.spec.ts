/** The Overview with four telescopes: what it requests, and what fits on one screen. */
import { expect, test } from '../src/fixtures.ts';

test.use({ settings: { SEQUENCERS: 'satp1,satp2,satp3,lat' } });

const TICKS = "import time\nfor i in range(2000):\n    print('tick', i, flush=True)\n    time.sleep(0.1)\n";

test('reads the script of a running telescope once, and its output every few seconds', async ({ page, stack }) => {
  const requests: string[] = [];
  page.on('request', (request) => {
    const { operationName } = (request.postDataJSON() ?? {}) as { operationName?: string };
    if (operationName) requests.push(operationName);
  });
  const count = (name: string) => requests.filter((each) => each === name).length;
  const id = await stack.submit(TICKS);
  await page.goto('/');
  const card = page.getByRole('article').filter({ hasText: 'satp1' });
  await expect(card.locator('code')).toHaveText(/print|sleep|for i/);
  await expect.poll(() => count('LastOutput')).toBeGreaterThanOrEqual(3);
  await expect(card).toContainText(/tick \d\d/);
  expect(count('Script')).toBe(1);
  expect(count('LastOutput')).toBeLessThanOrEqual(4);
  await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
  await stack.until(id, 'KILLED');
});

test('a wall display shows every telescope and the timeline on one screen', async ({ page, stack }) => {
  const failure = "def f():\n    raise RuntimeError('wg-actuator: ' + 40 * 'insert_homing did not succeed ')\nf()\n";
  const ids = await Promise.all([
    stack.submit(TICKS, { sequencer: 'satp2' }),
    stack.submit(failure, { sequencer: 'satp3', holdOnFailure: true }),
    stack.submit("import sequencer\nsequencer.ask('Is the dome open?')\n", { sequencer: 'lat' }),
  ]);
  await page.goto('/?wall');
  const cards = page.getByRole('article');
  await expect(cards.filter({ hasText: 'Needs you' })).toHaveCount(2);
  const strip = page.getByRole('navigation', { name: 'Telescopes' });
  const timeline = page.getByRole('region', { name: 'The last 14 hours' });
  for (const [width, height] of [
    [1440, 900],
    [1920, 1080],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect(await page.locator('main').evaluate((main) => main.scrollHeight - main.clientHeight)).toBe(0);
    for (const part of [...(await cards.all()), ...(await strip.getByRole('link').all()), timeline]) {
      await expect(part).toBeInViewport({ ratio: 1 });
    }
    // What fits a card is complete: nothing of it is behind its edge.
    const cut = await cards.locator('.need, .state > *, code').evaluateAll((parts) =>
      parts.flatMap((part) => {
        const { bottom } = part.getBoundingClientRect();
        const edge = part.closest('article')?.getBoundingClientRect().bottom ?? 0;
        return bottom > edge ? [part.outerHTML] : [];
      }),
    );
    expect(cut).toEqual([]);
  }
  for (const id of ids) await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
  for (const id of ids) await stack.until(id, 'KILLED');
});

test('the timeline outlines what is planned, as estimates', async ({ page, stack }) => {
  const until = new Date(Date.now() + 2 * 3600_000).toISOString().slice(0, 19);
  const id = await stack.submit(`import sorunlib as run\nrun.wait_until('${until}')\n`, { sequencer: 'satp3' });
  await stack.until(id, 'RUNNING');
  await stack.query('mutation { setMode(sequencer: "satp3", mode: QUEUE) { name } }');
  const next = await stack.submit('import colorsys\n', { sequencer: 'satp3', start: 'QUEUED' });
  await page.goto('/');
  const timeline = page.getByRole('region', { name: 'The last 14 hours' });
  const planned = timeline.getByRole('link', { name: /planned from ~/ });
  await expect(planned).toHaveCount(2);
  await expect(planned.first()).toHaveAccessibleName(/^Run \d+, planned from ~\d\d:\d\d UTC, ~(1 h 59 m|2 h 00 m)$/);
  await expect(planned.last()).toHaveAccessibleName(
    new RegExp(`^Run \\d+, planned from ~${until.slice(11, 16)} UTC, time unknown$`),
  );
  await page.screenshot({ path: test.info().outputPath('planned.png') });
  await stack.query('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id: next });
  await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
  await stack.until(id, 'KILLED');
});

test('a phone shows each telescope with its state, and the time', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/');
  const strip = page.getByRole('navigation', { name: 'Telescopes' });
  for (const name of ['satp1', 'satp2', 'satp3', 'lat']) {
    const link = strip.getByRole('link', { name });
    await expect(link).toBeInViewport({ ratio: 1 });
    await expect(link.getByText('Idle')).toBeInViewport({ ratio: 1 });
  }
  await expect(page.getByText(/^\d\d:\d\d:\d\d UTC$/)).toBeInViewport({ ratio: 1 });
});
