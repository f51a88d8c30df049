/** The page of a queue with 1,000 runs: its load, a move, and the same move on the page of another user. */
import type { Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { report } from '../lib/figures.ts';
import { median, quantile } from '../lib/numbers.ts';
import type { Product } from '../product.ts';
import { withTab } from './lib/tab.ts';

const RUNS = 1000;
const PER_REQUEST = 100;
const LOADS = 40;
const MOVES = 40;
const SCRIPT = 'import time\ntime.sleep(1)\n';

/** Runs in the page before its own code: when the first rows were there, and when the first row became another one. */
function watchFirstRow(): void {
  const now = () => performance.timeOrigin + performance.now();
  const seen: { title: string; at: number }[] = [];
  const look = () => {
    const title = document.querySelector('[data-run][aria-rowindex="2"] b')?.textContent;
    if (title !== undefined && title !== seen.at(-1)?.title) seen.push({ title, at: now() });
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  const seenFirst = (title: string, since: number) =>
    seen.find((each) => each.title === title && each.at > since)?.at ?? null;
  Object.assign(window, { seenFirst });
}

/** When the run was seen as the first one after that time, in ms since 1970. */
async function firstAt(page: Page, title: string, since: number): Promise<number> {
  const seen = ([wanted, after]: [string, number]) =>
    (window as unknown as { seenFirst: (title: string, since: number) => number | null }).seenFirst(wanted, after);
  return (await (await page.waitForFunction(seen, [title, since] as [string, number])).jsonValue()) ?? NaN;
}

const text = (values: readonly number[]) =>
  `p95 ${quantile(values, 0.95).toFixed(0)} ms, p50 ${median(values).toFixed(0)} ms, longest ${Math.max(...values).toFixed(0)} ms`;

function reportTimes(what: string, values: readonly number[], bound: number): void {
  report(what, text(values), `p95 under ${String(bound)} ms`, quantile(values, 0.95) < bound);
}

/** The time from the press of the keys to the new order on this page, and on that of another user. */
async function moves(page: Page, other: Page): Promise<{ own: number[]; others: number[] }> {
  const own: number[] = [];
  const others: number[] = [];
  for (let i = 0; i < MOVES; i++) {
    await sleep(150 + 3.7 * (i % 10));
    const second = page.locator('[data-run][aria-rowindex="3"]');
    const title = (await second.locator('b').textContent()) ?? '';
    await second.focus();
    const pressed = await page.evaluate(() => performance.timeOrigin + performance.now());
    await page.keyboard.press('Alt+ArrowUp');
    own.push((await firstAt(page, title, pressed)) - pressed);
    others.push((await firstAt(other, title, pressed)) - pressed);
  }
  return { own, others };
}

export async function browserQueue(product: Product): Promise<void> {
  await product.ask('mutation { setMode(sequencer: "satp1", mode: OFF) { name } }');
  for (let first = 0; first < RUNS; first += PER_REQUEST) {
    const inputs = Array.from({ length: PER_REQUEST }, (_, i) => ({
      sequencer: 'satp1',
      script: SCRIPT,
      title: `queued ${String(first + i)}`,
      start: 'QUEUED',
    }));
    await product.ask('mutation ($inputs: [SubmitRunInput!]!) { submitRuns(inputs: $inputs) { id } }', { inputs });
  }
  const address = `${product.stack.url}/satp1/queue`;
  await withTab(async ({ page }) => {
    await page.addInitScript(watchFirstRow);
    const loads: number[] = [];
    for (let i = 0; i < LOADS; i++) {
      await page.goto(address);
      const start = await page.evaluate(() => performance.timeOrigin);
      loads.push((await firstAt(page, 'queued 0', start)) - start);
    }
    reportTimes(`a queue of ${String(RUNS)}: open the page`, loads, 500);
    await withTab(async ({ page: other }) => {
      await other.addInitScript(watchFirstRow);
      await other.goto(address);
      await firstAt(other, 'queued 0', 0);
      const { own, others } = await moves(page, other);
      reportTimes(`a queue of ${String(RUNS)}: move a run`, own, 200);
      reportTimes(`a queue of ${String(RUNS)}: a move, seen by another browser`, others, 300);
    });
  });
  const { sequencer } = (await product.ask('{ sequencer(name: "satp1") { queue { id } } }')) as {
    sequencer: { queue: { id: string }[] };
  };
  for (const { id } of sequencer.queue) await product.ask('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id });
}
