/** In the mode SCHEDULER: from the begin of a pull to the first line of its script. The scheduler answers immediately. */
import { setTimeout as sleep } from 'node:timers/promises';
import { report } from './lib/figures.ts';
import { firstLineAt, startInstantScheduler } from './lib/instant-scheduler.ts';
import { median, quantile } from './lib/numbers.ts';
import type { Product } from './product.ts';

/** Ten seconds apart, by the rule of the mode. */
const PULLS = 10;
const BOUND_MS = 2000;
const TIMEOUT_MS = 300_000;

interface Entry {
  at: string;
  ok: boolean;
  run: { phase: string; outputBefore: { text: string }[] } | null;
}

export async function pulls({ stack }: Product): Promise<void> {
  const scheduler = await startInstantScheduler();
  const setMode = (mode: string) => stack.query(`mutation { setMode(sequencer: "satp1", mode: ${mode}) { name } }`);
  try {
    await stack.query(
      'mutation ($url: String!) { setSchedulerSettings(sequencer: "satp1", settings: { url: $url }) { name } }',
      { url: scheduler.url },
    );
    await setMode('SCHEDULER');
    const deadline = performance.now() + TIMEOUT_MS;
    let times: number[] = [];
    while (times.length < PULLS) {
      if (performance.now() > deadline) throw new Error('the pulls took too long');
      await sleep(500);
      times = await measured(stack);
    }
    const p95 = quantile(times, 0.95);
    report(
      'pull to first line, on one machine',
      `p50 ${median(times).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
      `p95 under ${String(BOUND_MS)} ms`,
      p95 < BOUND_MS,
    );
  } finally {
    await setMode('OFF');
    scheduler.close();
  }
}

async function measured(stack: Product['stack']): Promise<number[]> {
  const query =
    '{ sequencer(name: "satp1") { scheduler { pulls(first: 50) { entries { at ok run { phase outputBefore(last: 5) { text } } } } } } }';
  const { sequencer } = await stack.query<{ sequencer: { scheduler: { pulls: { entries: Entry[] } } } }>(query);
  return sequencer.scheduler.pulls.entries.flatMap(({ at, run }) => {
    const line = firstLineAt(run?.outputBefore.map(({ text }) => text).join('') ?? '');
    return line === null ? [] : [line - Date.parse(at)];
  });
}
