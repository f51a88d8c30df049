/** The check of a script's syntax in the API: its time, and how long it blocks the event loop. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { makeLog } from '@sequencer/api/lib/log';
import { Ruff } from '@sequencer/api/syntax/ruff';
import { report } from './lib/figures.ts';
import { quantile } from './lib/numbers.ts';

const BYTES = 500_000;
const WARM_UP = 10;
const TIMES = 100;

/** A schedule, as the scheduler writes them. */
function schedule(): string {
  const line = (i: number) =>
    `acu.move_to(az=${String(i % 360)}, el=50.0)  # field ${String(i)}\nif DAY and ${String(i)} % 7:\n` +
    `    smurf.iv_curve(tag=f"iv,{DAY!r},${String(i)}", wait=True)\n`;
  let script = 'import datetime\nfrom sorunlib import acu, smurf\nDAY = datetime.datetime.now().hour < 18\n';
  for (let i = 0; script.length < BYTES; i++) script += line(i);
  return script;
}

async function times(ruff: Ruff, script: string, python: string | null, withSorunlib: boolean): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < WARM_UP + TIMES; i++) {
    const begin = performance.now();
    const checked = await ruff.check(script, python, withSorunlib);
    if (!checked) throw new Error('the script was not checked');
    if (i >= WARM_UP) taken.push(performance.now() - begin);
  }
  return taken;
}

export async function syntax(): Promise<void> {
  const ruff = new Ruff(makeLog('silent'));
  const correct = schedule();
  const wrong = `${correct}acu.move_to((\n`;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cases: [string, string, string | null, boolean][] = [
    ['correct', correct, '3.13.0', false],
    ['correct, with its calls of sorunlib', correct, '3.13.0', true],
    ['with an error', wrong, '3.13.0', false],
    // Checked for two versions of Python.
    ['with an error, the version of Python unknown', wrong, null, false],
  ];
  for (const [name, script, python, withSorunlib] of cases) {
    const taken = await times(ruff, script, python, withSorunlib);
    const p95 = quantile(taken, 0.95);
    const measured = `p50 ${quantile(taken, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`;
    // What sorunlib has is only checked for the editor, which can wait longer than a start.
    const limit = withSorunlib ? 300 : 100;
    report(`syntax check of 500 kB, ${name}`, measured, `p95 under ${String(limit)} ms`, p95 < limit);
  }
  delay.disable();
  ruff.close();
  const p99 = delay.percentile(99) / 1e6;
  const longest = delay.max / 1e6;
  report(
    'delay of the event loop during these checks',
    `p99 ${p99.toFixed(1)} ms, at most ${longest.toFixed(1)} ms`,
    'p99 under 20 ms',
    p99 < 20,
  );
}
