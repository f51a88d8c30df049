/** The page of a run that prints 1,000 lines a second, watched in a real Chromium for two minutes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type CDPSession } from '@playwright/test';
import { launchOptions } from '@sequencer/testing/pages/chromium';
import { report } from './lib/figures.ts';
import { median, quantile } from './lib/numbers.ts';
import type { Product } from './product.ts';

const SECONDS = 120;
const RATE = 1000;
const SCRIPT = `\
import time
begin = time.monotonic()
for number in range(${String(SECONDS * RATE)}):
    time.sleep(max(0, begin + number / ${String(RATE)} - time.monotonic()))
    print(f'detector {number % 1764:4} reads {number * 7919 % 10007 / 10007:.6f} V at step {number}')
`;

/** Frame times and long tasks, as measured in the page. */
interface Watched {
  frames: number[];
  longTasks: number[];
}

function watchFrames(): void {
  const watched: Watched = { frames: [], longTasks: [] };
  Object.assign(window, { watched });
  let last = performance.now();
  const frame = (now: number): void => {
    watched.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    watched.longTasks.push(...list.getEntries().map((entry) => entry.duration));
  }).observe({ type: 'longtask' });
}

/** Heap and DOM nodes after a garbage collection. */
async function memoryOf(devtools: CDPSession): Promise<{ heapMB: number; nodes: number }> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? NaN;
  return { heapMB: metric('JSHeapUsedSize') / 1e6, nodes: metric('Nodes') };
}

export async function page(product: Product): Promise<void> {
  const browser = await chromium.launch(launchOptions());
  try {
    const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const devtools = await tab.context().newCDPSession(tab);
    await devtools.send('Performance.enable');
    const id = await product.stack.submit(SCRIPT);
    await tab.goto(`${product.stack.url}/satp1`);
    await tab.getByText('detector').first().waitFor();
    await sleep((SECONDS / 4) * 1000);
    const before = await memoryOf(devtools);
    await tab.evaluate(watchFrames);
    await sleep((SECONDS / 2) * 1000);
    const { frames, longTasks } = await tab.evaluate(() => (window as unknown as { watched: Watched }).watched);
    const after = await memoryOf(devtools);
    // The page has kept up: it shows the last line when the script ends.
    await tab.getByText(`step ${String(SECONDS * RATE - 1)}`).waitFor({ timeout: (SECONDS / 2) * 1000 });
    await product.stack.until(id, 'SUCCEEDED');
    reportPage(frames, longTasks, before, after);
  } finally {
    await browser.close();
  }
}

type Memory = Awaited<ReturnType<typeof memoryOf>>;

function reportPage(frames: number[], longTasks: number[], before: Memory, after: Memory): void {
  const perSecond = 1000 / median(frames);
  const p95 = quantile(frames, 0.95);
  report(
    'the page of a run with 1,000 lines/s: frames',
    `${perSecond.toFixed(0)}/s at p50, p95 ${p95.toFixed(0)} ms per frame`,
    'p95 under 100 ms',
    p95 < 100,
  );
  const longest = Math.max(0, ...longTasks);
  report(
    'its long tasks in a minute',
    `${String(longTasks.length)}, the longest ${longest.toFixed(0)} ms`,
    'none above 200 ms',
    longest <= 200,
  );
  const growth = after.heapMB - before.heapMB;
  report(
    'its heap, a minute later',
    `${after.heapMB.toFixed(0)} MB, ${growth.toFixed(1)} MB more`,
    'under 100 MB, at most 10 MB more',
    after.heapMB < 100 && growth <= 10,
  );
  report(
    'its DOM nodes',
    `${String(after.nodes)}, ${String(after.nodes - before.nodes)} more`,
    'under 5,000',
    after.nodes < 5000,
  );
}
