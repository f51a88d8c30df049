/** The history with more runs than it counts: its count, totals, nights, scrolling, and the way back to it. */
import pg from 'pg';
import { expect, test } from '../src/fixtures.ts';

const RUNS = 10_500;
/** A run every five minutes, until noon of 25 November 2026. Each takes a minute. Every tenth has failed. */
const SEED = `
  insert into runs (id, sequencer, number, title, script, script_hash, arguments, start_paused, hold_on_failure, breakpoints,
      start, place, submitted_by, submitted_at, started_at, finished_at, phase, words, statement_count, statements_done)
    select gen_random_uuid(), 'lat', n, 'scan ' || n, 'x = 1', 'hash', '[]', false, false, '[]', 'QUEUED', 0, 'ann', at, at,
      at + interval '1 minute', case n % 10 when 0 then 'FAILED' else 'SUCCEEDED' end, 'scan ' || n, 1, 1
    from generate_series(1, ${String(RUNS)}) n,
      lateral (select timestamptz '2026-11-25T12:00:00Z' - (${String(RUNS)} - n + 1) * interval '5 minutes' as at) t`;
const NEWEST = /Night of 24 November/;

/** A stack of its own: other tests leave runs in theirs. */
// A stack of its own: other tests leave runs in theirs.
test.use({ settings: { SEQUENCERS: 'satp1,lat' } });

test.beforeAll(async ({ stack }) => {
  const client = new pg.Client(stack.databaseUrl);
  await client.connect();
  await client.query(SEED);
  await client.query(`update sequencers set last_number = ${String(RUNS)} where name = 'lat'`);
  await client.end();
});

test('counts up to a bound, and totals whole nights', async ({ page }) => {
  await page.goto('/history');
  await expect(page.getByRole('status').filter({ hasText: '10,000+ runs' })).toBeVisible();
  const night = page.getByRole('row', { name: NEWEST });
  await expect(night).toContainText('288 runs in 4 h 48 m: 259 succeeded, 29 failed');
  await page.getByLabel('Outcome', { exact: true }).selectOption('FAILED');
  await expect(page.getByRole('status').filter({ hasText: /^1050 runs$/ })).toBeVisible();
  await expect(night).toContainText(/29 runs in 29.*: 29 failed/);
});

test('scrolls through thousands of rows with few of them in the page', async ({ page }) => {
  await page.goto('/history');
  const rows = page.locator('tr.run');
  await expect(rows.first()).toContainText('scan 10500');
  await expect(async () => {
    await page.locator('#main').evaluate((main) => {
      main.scrollTop += 4000;
    });
    expect(Number(await rows.last().locator('.number').innerText())).toBeLessThan(9400);
  }).toPass();
  expect(await rows.count()).toBeLessThan(90);
});

test('goes to a night, keeps it in the address, and goes back to the first run', async ({ page }) => {
  await page.goto('/history?outcome=FAILED');
  const rows = page.locator('tr.run');
  await expect(rows.first()).toContainText('scan 10500');
  await page.getByLabel('Go to night').fill('2026-11-10');
  await expect(page).toHaveURL(/\?outcome=FAILED&night=2026-11-10$/);
  const first = page.locator('tr.night').first();
  await expect(first).toContainText('Night of 10 November');
  await expect(first).toContainText(/2[89] runs in .*: 2[89] failed/);
  await page.reload();
  await expect(first).toContainText('Night of 10 November');
  await page.getByRole('button', { name: 'Go to the first run' }).click();
  await expect(rows.first()).toContainText('scan 10500');
});

test('is where it was when the user comes back from a run', async ({ page }) => {
  await page.goto('/history?telescope=lat');
  const run = page.getByRole('link', { name: 'Run 10350', exact: false });
  await expect(async () => {
    await page.locator('#main').evaluate((main) => {
      main.scrollTop += 1000;
    });
    await expect(run).toBeVisible({ timeout: 200 });
  }).toPass();
  await run.scrollIntoViewIfNeeded();
  const before = (await run.boundingBox())?.y ?? 0;
  await run.click();
  await expect(page).toHaveURL(/\/runs\//);
  await page.goBack();
  await expect(page).toHaveURL(/\/history\?telescope=lat$/);
  await expect(run).toBeInViewport();
  await expect(async () => {
    expect(Math.abs(((await run.boundingBox())?.y ?? 0) - before)).toBeLessThan(40);
  }).toPass();
});

test('opens a run by its number, and explains one that does not exist', async ({ page }) => {
  await page.goto('/lat/10499');
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { name: 'scan 10499' })).toBeVisible();
  for (const path of ['/lat/10999', '/moon/1', '/lat/99999999999']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { name: `Run ${path.slice(1)} does not exist` })).toBeVisible();
  }
});

test('the chart has a scale and values, and the page does not scroll sideways on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/history');
  const chart = page.getByRole('region', { name: 'Run time per night, by outcome' });
  await expect(chart).toContainText('best 4.8 h, mean 4.8 h');
  await expect(chart.locator('.scale')).toHaveText('6 h3 h0');
  await expect(page.locator('tr.run').first()).toBeVisible();
  const [inner, outer] = await page.locator('#main').evaluate((main) => [main.scrollWidth, main.clientWidth]);
  expect(inner).toBe(outer);
});
