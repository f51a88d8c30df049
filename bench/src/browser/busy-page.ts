/** The page of a run that prints 200 lines a second, for a minute. */
import { setTimeout as sleep } from 'node:timers/promises';
import { report } from '../lib/figures.ts';
import { quantile } from '../lib/numbers.ts';
import type { Product } from '../product.ts';
import { framesDuring } from './lib/frames.ts';
import { mainThreadDuring, mainThreadText, shareBesidesPainting } from './lib/main-thread.ts';
import { printing } from './lib/printing.ts';
import { withTab } from './lib/tab.ts';

const SECONDS = 60;
const RATE = 200;
/** For the first lines, and for the frames of an empty page beforehand. */
const EXTRA_SECONDS = 15;
const LONGEST_FRAME = 50;

function framesText(frames: readonly number[]): string {
  const over = frames.filter((frame) => frame > LONGEST_FRAME).length;
  return `${String(over)} over ${String(LONGEST_FRAME)} ms, longest ${Math.max(...frames).toFixed(0)} ms, p95 ${quantile(frames, 0.95).toFixed(0)} ms`;
}

export async function browserBusyPage(product: Product): Promise<void> {
  await withTab(async ({ page, devtools }) => {
    const id = await product.stack.submit(printing(RATE, SECONDS + EXTRA_SECONDS));
    // What the machine does to a page without any work.
    const empty = await framesDuring(page, () => sleep(5000));
    await page.goto(`${product.stack.url}/satp1`);
    await page.getByRole('log').getByText('detector').first().waitFor();
    await sleep(2000);
    let frames: number[] = [];
    const thread = await mainThreadDuring(devtools, async () => {
      frames = await framesDuring(page, () => sleep(SECONDS * 1000));
    });
    await product.stack.untilWithin(60, id, 'SUCCEEDED');
    await page.getByText(`step ${String(RATE * (SECONDS + EXTRA_SECONDS) - 1)}`, { exact: false }).waitFor();
    const what = `the page of a run with ${String(RATE)} lines/s for ${String(SECONDS)} s`;
    const share = shareBesidesPainting(thread);
    report(`${what}, main thread`, mainThreadText(thread), 'under 25 % without painting', share < 0.25);
    report(
      `${what}, frames`,
      `${framesText(frames)} (an empty page before: ${framesText(empty)})`,
      'none over 50 ms',
      Math.max(...frames) <= LONGEST_FRAME,
    );
  });
}
