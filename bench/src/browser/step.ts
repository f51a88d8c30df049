/** A step: from the key to the painted line, beside the time that the server takes for the same step. */
import type { Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { report } from '../lib/figures.ts';
import { quantile } from '../lib/numbers.ts';
import type { Events, Product } from '../product.ts';
import { mainThreadDuring, mainThreadPerAction, type MainThread } from './lib/main-thread.ts';
import { withTab } from './lib/tab.ts';

const STEPS = 100;
const SCRIPT = 'n = 0\nwhile True:\n    n += 1\n    n -= 1\n    n += 2\n    n -= 2\n';

/** When a step happened, in ms since 1970: comparable between the processes of a machine. */
interface PageTimes {
  key: number;
  sent: number;
  painted: number;
}

/** Runs in the page before its own code. */
function watchSteps(): void {
  const now = () => performance.timeOrigin + performance.now();
  const line = () => document.querySelector('.stopped-line')?.textContent ?? null;
  let times: PageTimes | null = null;
  let before: string | null = null;
  let isInFrame = false;
  /** Calls back after the frame in which it is called, or after the next one. */
  const tasks = new MessageChannel();
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) =>
    request((time) => {
      isInFrame = true;
      tasks.port1.postMessage(null);
      draw(time);
    });
  const onPainted = () => {
    if (times && times.painted === 0) times.painted = now();
  };
  const paints = new MessageChannel();
  paints.port2.onmessage = onPainted;
  tasks.port2.onmessage = () => (isInFrame = false);

  const send = window.fetch.bind(window);
  window.fetch = (input, init) => {
    if (times && times.sent === 0) times.sent = now();
    return send(input, init);
  };
  addEventListener(
    'keydown',
    (event) => {
      times = { key: performance.timeOrigin + event.timeStamp, sent: 0, painted: 0 };
      before = line();
    },
    { capture: true },
  );
  const observer = new MutationObserver(() => {
    const shown = line();
    if (!times || shown === null || shown === before) return;
    before = shown;
    if (isInFrame) paints.port1.postMessage(null);
    else
      request(() => {
        paints.port1.postMessage(null);
      });
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
  Object.assign(window, { stepTimes: () => times });
}

async function painted(page: Page): Promise<PageTimes> {
  const handle = await page.waitForFunction(() => {
    const times = (window as unknown as { stepTimes: () => PageTimes | null }).stepTimes();
    return times && times.painted > 0 ? times : null;
  });
  return (await handle.jsonValue()) as PageTimes;
}

/** An empty page that shows a key in its next frame: what the browser and the machine need for any page. */
async function emptyPage(page: Page): Promise<number[]> {
  await page.goto('about:blank');
  await page.evaluate(() => {
    document.body.innerHTML = '<p class="stopped-line">0</p>';
    let keys = 0;
    addEventListener('keydown', () => {
      requestAnimationFrame(() => {
        document.querySelector('p')?.replaceChildren(String(++keys));
      });
    });
  });
  const found: number[] = [];
  for (let i = 0; i < STEPS / 2; i++) {
    await pause(i);
    await page.keyboard.press('F10');
    const times = await painted(page);
    found.push(times.painted - times.key);
  }
  return found;
}

/** At a different phase of the frames each time, and after the work of the step before. */
async function pause(i: number): Promise<void> {
  await sleep(150 + 3.7 * (i % 10));
}

interface Measured {
  whole: number[];
  server: number[];
  own: number[];
}

async function steps(page: Page, events: Events, measured: Measured): Promise<void> {
  for (let i = 0; i < STEPS; i++) {
    await pause(i);
    await page.locator('button[aria-label="Over"]:enabled').waitFor();
    await page.keyboard.press('F10');
    // Another client of the server sees the same step.
    const prompt = await events.next((event) => event.type === 'prompt');
    const times = await painted(page);
    const server = performance.timeOrigin + prompt.at - times.sent;
    measured.whole.push(times.painted - times.key);
    measured.server.push(server);
    measured.own.push(times.painted - times.key - server);
  }
}

export async function browserStep(product: Product): Promise<void> {
  const id = await product.stack.submit(SCRIPT, { startPaused: true });
  const events = product.follow(id);
  await events.next((event) => event.type === 'prompt');
  await withTab(async ({ page, devtools }) => {
    await page.addInitScript(watchSteps);
    const empty = await emptyPage(page);
    await page.goto(`${product.stack.url}/satp1`);
    await page.locator('.stopped-line').waitFor();
    // The first steps are slower: their code is compiled, and panels appear.
    await steps(page, events, { whole: [], server: [], own: [] });
    const measured: Measured = { whole: [], server: [], own: [] };
    const thread = await mainThreadDuring(devtools, () => steps(page, events, measured));
    reportSteps(measured, empty, thread);
  });
  events.stop();
  await product.ask('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
  await product.stack.until(id, 'KILLED');
}

function reportSteps({ whole, server, own }: Measured, empty: readonly number[], thread: MainThread): void {
  const show = (times: readonly number[]) =>
    `p50 ${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`;
  const p95 = quantile(own, 0.95);
  report(
    'step in the browser, key to painted line',
    `${show(own)} besides the server (with it ${show(whole)}; the server alone ${show(server)}; a key on an empty page ` +
      `${show(empty)}; CPU of a step: ${mainThreadPerAction(thread, STEPS)})`,
    'p95 at most 25 ms besides the server',
    p95 <= 25,
  );
}
