/** The page of a running script in a new browser with an empty cache, until it is usable. */
import { report } from '../lib/figures.ts';
import { median } from '../lib/numbers.ts';
import type { Product } from '../product.ts';
import { mainThreadDuring } from './lib/main-thread.ts';
import { printing } from './lib/printing.ts';
import { withTab } from './lib/tab.ts';

const TIMES = 7;

/** Stores the ms since the navigation after which the script, the output and an enabled Pause button are there. */
function usable(): void {
  const observer = new MutationObserver(() => {
    const pause = [...document.querySelectorAll('button')].find((button) => button.textContent.startsWith('Pause'));
    const isUsable =
      pause?.disabled === false &&
      document.querySelector('.cm-line') !== null &&
      document.querySelector('[role="log"] .text') !== null;
    if (!isUsable) return;
    observer.disconnect();
    requestAnimationFrame(() => {
      Object.assign(window, { usableAfter: performance.now() });
    });
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true });
}

interface Load {
  usable: number;
  /** CPU time of the main thread until then. */
  cpu: number;
}

async function load(url: string): Promise<Load> {
  return withTab(async ({ page, devtools }) => {
    await page.addInitScript(usable);
    let time = NaN;
    const { all } = await mainThreadDuring(devtools, async () => {
      await page.goto(url);
      const after = () => (window as unknown as { usableAfter?: number }).usableAfter ?? null;
      time = (await (await page.waitForFunction(after)).jsonValue()) ?? NaN;
    });
    return { usable: time, cpu: 1000 * all };
  });
}

/** What the machine needs now for any file of the server. */
async function loadPlain(url: string): Promise<number> {
  return withTab(async ({ page }) => {
    await page.goto(url);
    return page.evaluate(() => performance.now());
  });
}

export async function browserColdPage(product: Product): Promise<void> {
  const id = await product.stack.submit(printing(5, 600));
  await product.stack.until(id, 'RUNNING');
  const loads: Load[] = [];
  const plain: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    plain.push(await loadPlain(`${product.stack.url}/favicon.svg`));
    loads.push(await load(`${product.stack.url}/satp1`));
  }
  await product.ask('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
  await product.stack.until(id, 'KILLED');
  const times = loads.map(({ usable }) => usable);
  const value = median(times);
  const cpu = median(loads.map((each) => each.cpu));
  const range = `${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`;
  report(
    'the page of a run in a new browser, to usable',
    `p50 ${value.toFixed(0)} ms, ${range} (CPU of the main thread ${cpu.toFixed(0)} ms; a picture of the server: ${median(plain).toFixed(0)} ms)`,
    'p50 under 1 s',
    value < 1000,
  );
}
