/** How much moves on the page of a sequencer while runs start and end on it. */
import { report } from '../lib/figures.ts';
import type { Product } from '../product.ts';
import { withTab } from './lib/tab.ts';

const RUNS = 55;
const SCRIPT = "import time\nprint('hello')\ntime.sleep(0.2)\nprint('bye')\n";

function watchShifts(): void {
  const shifts: number[] = [];
  Object.assign(window, { shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) shifts.push(entry.value);
  }).observe({ type: 'layout-shift' });
}

export async function browserLayoutShift(product: Product): Promise<void> {
  await withTab(async ({ page }) => {
    const first = await product.stack.submit(SCRIPT);
    await product.stack.until(first, 'SUCCEEDED');
    await page.goto(`${product.stack.url}/satp1`);
    await page.locator('main section').first().waitFor();
    await page.evaluate(watchShifts);
    for (let i = 0; i < RUNS; i++) {
      const id = await product.stack.submit(SCRIPT, { title: `run ${String(i)}` });
      await product.stack.until(id, 'SUCCEEDED');
      await page.getByRole('heading', { name: `run ${String(i)}`, exact: true }).waitFor();
      await page.getByRole('log').getByText('bye').waitFor();
      await page.getByRole('button', { name: 'New run' }).waitFor();
    }
    const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    const sum = shifts.reduce((a, b) => a + b, 0);
    report(
      `layout shift over ${String(RUNS)} run starts on one page`,
      `${sum.toFixed(2)} in ${String(shifts.length)} shifts, the largest ${Math.max(0, ...shifts).toFixed(3)}`,
      'under 0.5',
      sum < 0.5,
    );
  });
}
