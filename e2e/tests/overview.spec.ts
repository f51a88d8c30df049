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
