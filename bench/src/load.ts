/** Response times of the API under load: much output with viewers, and large responses. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { report } from './lib/figures.ts';
import { quantile } from './lib/numbers.ts';
import type { Product } from './product.ts';

const VIEWERS = 3;
const OUTPUT_MB = 200;
const PRINTS = `for i in range(${String(OUTPUT_MB * 10)}):\n    print('\\n'.join(['x' * 99] * 1000))\n`;

interface Times {
  /** Response times at the client, in ms. */
  waits: number[];
  /** CPU time of the API's main thread meanwhile, in ms: independent of other load on the machine. */
  work: number[];
}

/** Sends queries one after the other until the returned function is called, which resolves to their times. */
function queryMeanwhile(product: Product): () => Promise<Times> {
  const ended = new AbortController();
  const pid = String(product.stack.part('api/src/main.ts'));
  const cpu = () => Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e6;
  const querying = (async () => {
    const times: Times = { waits: [], work: [] };
    while (!ended.signal.aborted) {
      const [begin, cpuBegin] = [performance.now(), cpu()];
      await product.stack.query('{ me { name } }');
      times.waits.push(performance.now() - begin);
      times.work.push(cpu() - cpuBegin);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return times;
  })();
  return () => {
    ended.abort();
    return querying;
  };
}

async function startViewers(product: Product, run: string): Promise<ChildProcess> {
  const viewers = fork(join(import.meta.dirname, 'viewers.ts'), [product.stack.url, run, String(VIEWERS)]);
  await once(viewers, 'message');
  return viewers;
}

export async function output(product: Product): Promise<void> {
  const id = await product.stack.submit(PRINTS, { startPaused: true });
  await product.stack.until(id, 'PAUSED');
  const viewers = await startViewers(product, id);
  const times = queryMeanwhile(product);
  await product.ask('mutation ($id: ID!) { resumeRun(id: $id) { id } }', { id });
  await product.stack.untilWithin(300, id, 'SUCCEEDED', 'FAILED');
  const { waits, work } = await times();
  viewers.kill();
  const show = (all: readonly number[]) =>
    `p50 ${quantile(all, 0.5).toFixed(1)} ms, p95 ${quantile(all, 0.95).toFixed(1)} ms`;
  const p95 = quantile(waits, 0.95);
  const what = `a trivial query during ${String(OUTPUT_MB)} MB of output with ${String(VIEWERS)} viewers`;
  report(what, `${show(waits)} (CPU of the API meanwhile: ${show(work)})`, 'p95 under 50 ms', p95 < 50);
}

const MOST_MB = 50;
const SCRIPTS = 40;
const SUBSCRIPTIONS = 15;

/** The largest growth of the API's memory during the action, in MB. */
async function memoryGrowth(product: Product, action: () => Promise<void>): Promise<number> {
  const before = product.apiMemory();
  let largest = before;
  const sampling = setInterval(() => (largest = Math.max(largest, product.apiMemory())), 50);
  await action();
  clearInterval(sampling);
  return largest - before;
}

/** The largest response, and the most memory that a viewer can use. */
export async function answers(product: Product): Promise<void> {
  const script = `# ${'x'.repeat(510_000)}\n`;
  const running = await product.stack.submit("for i in range(400):\n    print('o' * 60_000)\n");
  await product.stack.until(running, 'SUCCEEDED');
  for (let i = 0; i < SCRIPTS; i++) {
    await product.stack.until(await product.stack.submit(script), 'SUCCEEDED');
  }
  const aliases = Array.from({ length: 12 }, (_, i) => `a${String(i)}: runs(first: 200) { edges { node { script } } }`);
  let bytes = 0;
  const queried = await memoryGrowth(product, async () => {
    for (const query of ['{ runs(first: 20) { edges { node { script } } } }', `{ ${aliases.join(' ')} }`]) {
      const response = await fetch(`${product.stack.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      bytes = Math.max(bytes, (await response.arrayBuffer()).byteLength);
    }
  });
  const megabytes = bytes / 1e6;
  report(
    'the largest response with the scripts of a list',
    `${megabytes.toFixed(1)} MB`,
    'under 50 MB',
    megabytes > 5 && megabytes < MOST_MB,
  );
  report('memory of the API during that', `${queried.toFixed(0)} MB more`, 'under 50 MB', queried < MOST_MB);
  const kept = await memoryGrowth(product, async () => {
    const socket = new WebSocket(`${product.stack.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await once(socket, 'message');
    socket.pause();
    const query = `subscription { output(run: "${running}") { text } }`;
    for (let i = 0; i < SUBSCRIPTIONS; i++) {
      socket.send(JSON.stringify({ id: String(i), type: 'subscribe', payload: { query } }));
    }
    await new Promise((resolve) => setTimeout(resolve, 5000));
    socket.terminate();
  });
  const what = `memory of the API for a websocket with ${String(SUBSCRIPTIONS)} subscriptions that the client does not read`;
  report(what, `${kept.toFixed(0)} MB more`, 'under 50 MB', kept < MOST_MB);
}
