/**
 * Measures the project's bounds and prints one table: ratios to plain Python, as medians of runs in pairs, and times at a
 * GraphQL client.
 *
 *     make bench
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '@sequencer/testing/root';
import { estimateAccuracy } from './estimate-accuracy.ts';
import { estimates } from './estimates.ts';
import { find } from './find.ts';
import { BROWSER_PARTS } from './browser/parts.ts';
import { printTable, report, type Figure } from './lib/figures.ts';
import { printMachine } from './lib/machine.ts';
import { median, quantile } from './lib/numbers.ts';
import { history } from './history.ts';
import { answers, output } from './load.ts';
import { page } from './page.ts';
import { Product, type Events } from './product.ts';
import { pulls } from './pulls.ts';
import { replay } from './replay.ts';
import { syntax } from './syntax.ts';

const python = join(root, '.venv/bin/python');
// Python with its defaults, without the PYTHON* variables of the shell.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PYTHON')));
const PAIRS = 5;

/** The script measures its own work and prints the time to stderr, in CPU seconds or seconds. */
function timed(work: string, clock: 'process_time' | 'perf_counter'): string {
  return `import sys, time\n_t0 = time.${clock}()\n${work}\n_took = time.${clock}() - _t0\nprint('TOOK', _took, file=sys.stderr)\n`;
}

function took(text: string): number {
  const match = /TOOK ([\d.e+-]+)/.exec(text);
  if (!match) throw new Error(`the script printed no time: ${text.slice(-300)}`);
  return Number(match[1]);
}

/** Writes the output to a file, so that no side discards it. */
function plain(script: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'sequencer-bench-'));
  const file = join(folder, 'script.py');
  writeFileSync(file, script);
  const output = openSync(join(folder, 'output.txt'), 'w');
  const { stderr } = spawnSync(python, [file], { encoding: 'utf8', env, stdio: ['ignore', output, 'pipe'] });
  closeSync(output);
  rmSync(folder, { recursive: true });
  return took(stderr);
}

async function traced(product: Product, script: string, watched: boolean): Promise<number> {
  const id = await product.stack.submit(script);
  const unwatch = watched ? product.watchLikePage(id) : () => undefined;
  await product.stack.until(id, 'SUCCEEDED', 'FAILED');
  unwatch();
  const { run } = await product.stack.query<{ run: { outputBefore: { text: string; stream: string }[] } }>(
    'query ($id: ID!) { run(id: $id) { outputBefore(last: 20) { text stream } } }',
    { id },
  );
  return took(run.outputBefore.map((piece) => (piece.stream === 'STDERR' ? piece.text : '')).join(''));
}

async function ratio(
  product: Product,
  what: string,
  work: string,
  bound: number,
  clock: 'process_time' | 'perf_counter',
  watched = false,
): Promise<void> {
  const script = timed(work, clock);
  const ratios: number[] = [];
  for (let i = 0; i < PAIRS; i++) {
    const alone = plain(script);
    ratios.push((await traced(product, script, watched)) / alone);
  }
  const value = median(ratios);
  report(what, `${value.toFixed(3)} of plain Python`, `at most ${bound.toFixed(2)}`, value <= bound);
}

const LOOP = 'n = 0\nwhile n < 10_000_000:\n    n += 1';
const indented = (text: string) =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

async function freeRunning(product: Product): Promise<void> {
  await ratio(
    product,
    'free running, 10 M lines in a function',
    `def f():\n${indented(LOOP)}\nf()`,
    1.03,
    'process_time',
  );
  await ratio(product, 'free running, 10 M lines at module level', LOOP, 1.03, 'process_time');
  await ratio(
    product,
    'copy.deepcopy',
    "import copy\ncopy.deepcopy([{'a': [i]} for i in range(150_000)])",
    1.03,
    'process_time',
  );
  await ratio(
    product,
    'json.dumps(indent=1)',
    "import json\njson.dumps([{'a': [i, i]} for i in range(200_000)], indent=1)",
    1.03,
    'process_time',
  );
}

async function steps(product: Product): Promise<void> {
  const id = await product.stack.submit('n = 0\nwhile True:\n    n += 1\n    n -= 1\n', { startPaused: true });
  const events = product.follow(id);
  const times: number[] = [];
  let prompt = await events.next((event) => event.type === 'prompt');
  for (let i = 0; i < 220; i++) {
    const begin = performance.now();
    const asked = product.ask(
      'mutation ($run: ID!, $prompt: Int!) { stepTrace(run: $run, trace: 1, prompt: $prompt, command: NEXT) { id } }',
      { run: id, prompt: prompt.data.number },
    );
    prompt = await events.next((event) => event.type === 'prompt');
    if (i >= 20) times.push(prompt.at - begin);
    await asked;
  }
  const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
  report(
    'step through GraphQL, command to next prompt',
    `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
    'p50 under 5 ms, p95 under 15 ms',
    p50 < 5 && p95 < 15,
  );
  await kill(product, id, events);
}

/** Steps at the pace of a user: delay of the `run` subscription after the command and after the `events` subscription. */
async function stepsShown(product: Product): Promise<void> {
  const id = await product.stack.submit('n = 0\nwhile True:\n    n += 1\n    n -= 1\n', { startPaused: true });
  const events = product.follow(id);
  const shown = new Map<number, number>();
  const unwatch = product.watchPrompts(id, (number) => {
    if (!shown.has(number)) shown.set(number, performance.now());
  });
  const fromCommand: number[] = [];
  const fromEvent: number[] = [];
  let prompt = await events.next((event) => event.type === 'prompt');
  const begin = performance.now();
  for (let i = 1; i <= 220; i++) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begin + 50 * i - performance.now())));
    const sent = performance.now();
    await product.ask(
      'mutation ($run: ID!, $prompt: Int!) { stepTrace(run: $run, trace: 1, prompt: $prompt, command: NEXT) { id } }',
      { run: id, prompt: prompt.data.number },
    );
    prompt = await events.next((event) => event.type === 'prompt');
    const number = Number(prompt.data.number);
    while (!shown.has(number)) await new Promise((resolve) => setTimeout(resolve, 1));
    if (i <= 20) continue;
    fromCommand.push((shown.get(number) ?? 0) - sent);
    fromEvent.push((shown.get(number) ?? 0) - prompt.at);
  }
  unwatch();
  const p95 = quantile(fromCommand, 0.95);
  const behind = quantile(fromEvent, 0.95);
  report(
    'a step every 50 ms, command to the new prompt in the `run` subscription',
    `p50 ${quantile(fromCommand, 0.5).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (${behind.toFixed(1)} ms after its event)`,
    'p95 under 20 ms',
    p95 < 20,
  );
  await kill(product, id, events);
}

async function kill(product: Product, id: string, events: Events): Promise<void> {
  events.stop();
  await product.ask('mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }', { id });
  await product.stack.until(id, 'KILLED');
}

async function pauses(product: Product): Promise<void> {
  const busy = {
    'pure Python': 'n = 0\nwhile True:\n    n += 1\n',
    'in C code that releases control every 50 ms': 'import time\nwhile True:\n    time.sleep(0.05)\n',
  };
  for (const [how, script] of Object.entries(busy)) {
    const id = await product.stack.submit(script, { startPaused: true });
    const events = product.follow(id);
    await events.next((event) => event.type === 'prompt');
    const times: number[] = [];
    for (let i = 0; i < 40; i++) {
      await product.ask('mutation ($id: ID!) { resumeRun(id: $id) { id } }', { id });
      // At a different phase of the script's 50 ms period each time.
      await new Promise((resolve) => setTimeout(resolve, 120 + 1.3 * i));
      const begin = performance.now();
      const asked = product.ask('mutation ($id: ID!) { pauseRun(id: $id) { id } }', { id });
      times.push((await events.next((event) => event.type === 'prompt')).at - begin);
      await asked;
    }
    const p95 = quantile(times, 0.95);
    report(`pause request to stopped, ${how}`, `p95 ${p95.toFixed(1)} ms`, 'p95 under 100 ms', p95 < 100);
    await kill(product, id, events);
  }
}

/** Median milliseconds from the click to the first line. @param pauseMs time since the end of the previous run */
async function starts(product: Product, pauseMs: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const begin = performance.now();
    const id = await product.stack.submit('x = 1\ny = 2\n');
    const events = product.follow(id);
    const first = await events.next(
      (event) => event.type === 'line' || (event.type === 'statement' && event.data.state === 'RUNNING'),
    );
    times.push(first.at - begin);
    events.stop();
    await product.stack.until(id, 'SUCCEEDED');
  }
  return median(times);
}

async function clicks(product: Product): Promise<void> {
  // Meanwhile the worker prepares the next child process, as between two clicks of a user.
  const warm = await starts(product, 700);
  report('click to first line, warm worker', `p50 ${warm.toFixed(0)} ms`, 'p50 under 150 ms', warm < 150);
  const cold = await starts(product, 0);
  const what = 'click to first line directly after another run, child process not ready';
  report(what, `p50 ${cold.toFixed(0)} ms`, 'p50 under 1 s', cold < 1000);
}

async function manyLines(product: Product): Promise<void> {
  const before = product.apiMemory();
  let largest = before;
  const sampling = setInterval(() => {
    largest = Math.max(largest, product.apiMemory());
  }, 50);
  await ratio(
    product,
    '1,000,000 lines at module level, watched',
    'n = 0\nwhile n < 500_000:\n    n += 1',
    2,
    'perf_counter',
    true,
  );
  clearInterval(sampling);
  const growth = largest - before;
  report('memory of the API during that', `${growth.toFixed(0)} MB more`, 'under 300 MB more', growth < 300);
}

async function prints(product: Product): Promise<void> {
  const ways = {
    'in short lines': "for i in range(1_000_000):\n    print('x' * 19)",
    'in 200 prints': "text = 'x' * 100_000\nfor i in range(200):\n    print(text)",
    'in one print': "print('x' * 20_000_000)",
  };
  const answers: number[] = [];
  const ended = new AbortController();
  const querying = (async () => {
    while (!ended.signal.aborted) {
      const begin = performance.now();
      await product.stack.query('{ me { name } }');
      answers.push(performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  for (const [how, work] of Object.entries(ways))
    await ratio(product, `20 MB of print, ${how}`, work, 2, 'perf_counter', true);
  ended.abort();
  await querying;
  const value = quantile(answers, 0.95);
  report('a trivial query during that', `p95 ${value.toFixed(1)} ms`, 'p95 under 50 ms', value < 50);
}

/** The runner without API and network, as measured by its own benchmark. */
function runner(): void {
  const file = join(root, 'runner-image/bench/figures.py');
  const { stdout, stderr, status } = spawnSync(python, [file], { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`the runner's benchmark failed: ${stderr.slice(-500)}`);
  for (const line of stdout.trim().split('\n')) {
    const { what, measured, bound, met } = JSON.parse(line) as Figure;
    report(what, measured, bound, met);
  }
}

/** The JavaScript that index.html loads before the chunk of a route. */
function firstLoad(): void {
  const dist = join(root, 'web/dist');
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  const overview = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map((match) => match[1] ?? '');
  const bytes = overview.reduce((sum, name) => sum + readFileSync(join(dist, `${name}.gz`)).length, 0);
  const kB = bytes / 1000;
  const all = readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.js')).length;
  report(
    'first load of the main page, JavaScript, gzip',
    `${kB.toFixed(0)} kB in ${String(overview.length)} of ${String(all)} files`,
    'under 250 kB',
    kB > 0 && kB < 250,
  );
}

const PARTS = {
  runner,
  freeRunning,
  steps,
  stepsShown,
  pauses,
  clicks,
  manyLines,
  prints,
  output,
  answers,
  find,
  syntax,
  estimates,
  estimateAccuracy,
  pulls,
  replay,
  page,
  ...BROWSER_PARTS,
  // Last, as it replaces the runs of the others.
  history,
};
// Arguments select parts; `browser` is all of the pages in a Chromium.
const selected = process.argv.slice(2);
const isSelected = (name: string) =>
  selected.length === 0 || selected.includes(name) || (selected.includes('browser') && name in BROWSER_PARTS);
const product = await Product.start();
try {
  for (const [name, measure] of Object.entries(PARTS))
    if (isSelected(name)) {
      await printMachine();
      await measure(product);
    }
} finally {
  await product.stop();
}
firstLoad();
printTable();
