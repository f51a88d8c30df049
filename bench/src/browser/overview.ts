/** The Overview with four telescopes that run and print. */
import { setTimeout as sleep } from 'node:timers/promises';
import { report } from '../lib/figures.ts';
import { Product } from '../product.ts';
import { mainThreadDuring, mainThreadText, shareBesidesPainting } from './lib/main-thread.ts';
import { printing } from './lib/printing.ts';
import { withTab } from './lib/tab.ts';

const SEQUENCERS = ['satp1', 'satp2', 'satp3', 'lat'];
const SECONDS = 30;
const RATE = 20;

/** On a stack of its own: the other parts measure one with a single sequencer. */
export async function browserOverview(): Promise<void> {
  const product = await Product.start(SEQUENCERS);
  try {
    for (const sequencer of SEQUENCERS) {
      const id = await product.stack.submit(printing(RATE, 600), { sequencer });
      await product.stack.until(id, 'RUNNING');
    }
    await withTab(async ({ page, devtools }) => {
      await page.goto(product.stack.url);
      for (const sequencer of SEQUENCERS) await page.getByText(sequencer).first().waitFor();
      await page
        .getByText('detector')
        .nth(SEQUENCERS.length - 1)
        .waitFor();
      await sleep(2000);
      const thread = await mainThreadDuring(devtools, () => sleep(SECONDS * 1000));
      report(
        `the Overview of ${String(SEQUENCERS.length)} telescopes with ${String(RATE)} lines/s each, main thread`,
        mainThreadText(thread),
        'under 10 % without painting',
        shareBesidesPainting(thread) < 0.1,
      );
    });
  } finally {
    await product.stop();
  }
}
