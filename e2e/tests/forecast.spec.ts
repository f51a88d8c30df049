/** The header of an active run: when it ends, and how it keeps to its plan. */
import { rmSync, writeFileSync } from 'node:fs';
import { expectNoViolation } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';

test.use({ settings: { SEQUENCERS: 'satp1' } });
test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
});

const KILL = 'mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }';

test('shows when the run ends and the usual time, and marks a statement that takes far longer', async ({
  page,
  stack,
}, info) => {
  const file = info.outputPath('end');
  const script = `import os, time
while not os.path.exists(${JSON.stringify(file)}):
    time.sleep(0.05)
time.sleep(5)
`;
  writeFileSync(file, '');
  await stack.until(await stack.submit(script), 'SUCCEEDED');
  rmSync(file);
  const id = await stack.submit(script);
  await stack.until(id, 'RUNNING');
  await page.goto('/satp1');
  const header = page.getByRole('region', { name: 'State and controls' });
  await expect(header).toContainText(/Run ends ~\d\d:\d\d UTC/);
  await expect(header).toContainText(/on plan|behind/);
  await expect(header).toContainText(/Waiting 1\d\.\d s, usually [\d.]+ m?s/, { timeout: 20_000 });
  await expectNoViolation(page, 'an active run with an estimate');
  writeFileSync(file, '');
  await expect(header).toContainText(/ of ~5\.\d s/);
  await stack.until(id, 'SUCCEEDED');
  await expect(header).not.toContainText('Run ends');
});

test('names the unknown end of a run without a record', async ({ page, stack }) => {
  const id = await stack.submit('import time\nwhile True:\n    time.sleep(0.1)\n');
  await stack.until(id, 'RUNNING');
  await page.goto('/satp1');
  await expect(page.getByRole('region', { name: 'State and controls' })).toContainText('Run ends at an unknown time');
  await stack.query(KILL, { id });
  await stack.until(id, 'KILLED');
});
