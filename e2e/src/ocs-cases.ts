/**
 * Runs the same scripts through the whole product, against real OCS and against the simulator. Both must give the exit codes, the
 * texts on stdout and stderr, and the operations of the observatory's list of cases.
 *
 *     OBSERVATORY=<folder> node e2e/src/ocs-cases.ts
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Observatory } from '@sequencer/testing/stack/observatory';
import { root } from '@sequencer/testing/root';
import { Stack } from '@sequencer/testing/stack/stack';

interface Case {
  script?: string;
  args?: string[];
  faults?: string[][];
  signals?: { after: string; delay?: number; signal: NodeJS.Signals }[];
  exit?: (number | 'timeout')[];
  stdout?: string[];
  stderr?: string[];
  never?: string[];
  seconds?: [number, number];
}

const sequencer = join(root, 'bin/sequencer');

const tools = process.env.OBSERVATORY;
if (!tools) {
  console.error('Set OBSERVATORY to the folder with the tools `observatory` and `check`.');
  process.exit(2);
}

function missing(texts: string[], whole: string, what: string): string[] {
  let at = 0;
  for (const text of texts) {
    const found = whole.indexOf(text, at);
    if (found < 0) return [`${what} has no ${JSON.stringify(text)} at the expected position`];
    at = found + text.length;
  }
  return [];
}

async function simulated(stack: Stack, simulator: string, folder: string, name: string, c: Case): Promise<string[]> {
  const post = (path: string, body: unknown) =>
    fetch(`${simulator}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((response) => {
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
    });
  const journal = async () => (await fetch(`${simulator}/journal`)).text();
  const before = (await journal()).length;

  for (const [agent, kind, ...options] of c.faults ?? []) {
    const option = (flag: string) => (options.includes(flag) ? options[options.indexOf(flag) + 1] : undefined);
    const times = option('--times');
    await post('fault', { agent, kind, op: option('--op'), ...(times && { times: Number(times) }) });
  }

  const script = join(folder, c.script ?? name);
  const child = spawn(sequencer, ['run', '--server', stack.url, '--attached', script, ...(c.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let ended = false;
  const exit = new Promise<number>((resolve) => {
    child.on('close', (code, signal) => {
      ended = true;
      resolve(code ?? (signal === 'SIGKILL' ? -9 : -1));
    });
  });

  const sendSignals = async () => {
    for (const { after, delay = 0, signal } of c.signals ?? []) {
      while (!ended && !(stdout + (await journal()).slice(before)).includes(after)) await sleep(200);
      await sleep(delay * 1000);
      child.kill(signal);
    }
  };
  const signalsSent = sendSignals();
  const limit = (c.seconds?.[1] ?? 120) * 1000;
  const code = await Promise.race([exit, sleep(limit, 'timeout' as const, { ref: false })]);
  if (code === 'timeout') {
    child.kill('SIGKILL');
    await exit;
  }
  await signalsSent;
  for (const agent of new Set(c.faults?.map(([agent]) => agent))) await post('fault', { agent, kind: 'none' });

  const problems: string[] = [];
  const expected = c.exit ?? [0];
  if (!expected.includes(code)) problems.push(`exit ${code}, not ${expected.join(' or ')}`);
  problems.push(...missing(c.stdout ?? [], stdout, 'stdout'), ...missing(c.stderr ?? [], stderr, 'stderr'));
  for (const text of c.never ?? []) if ((stdout + stderr).includes(text)) problems.push(`${text} appeared`);
  if (problems.length > 0) problems.push(`stdout ends: ${stdout.slice(-600)}`, `stderr ends: ${stderr.slice(-600)}`);
  return problems;
}

/** A killed command line stops its run a moment later. The next run would be held behind it. */
async function idle(stack: Stack): Promise<void> {
  const isActive = async () => {
    const text = '{ sequencer(name: "satp1") { activeRun { id } } }';
    return (await stack.query<{ sequencer: { activeRun: unknown } }>(text)).sequencer.activeRun !== null;
  };
  const deadline = Date.now() + 60_000;
  while (await isActive()) {
    if (Date.now() > deadline) throw new Error('the run before is still active after 60 s');
    await sleep(100);
  }
}

async function againstReal(folder: string): Promise<{ passed: number; failed: number }> {
  const observatory = await Observatory.up(folder);
  try {
    const stack = await Stack.start({ SEQUENCERS: 'satp1', ...observatory.settings() });
    try {
      return await observatory.check(`${sequencer} run --server ${stack.url} --attached {script}`);
    } finally {
      await stack.stop();
    }
  } finally {
    observatory.down();
  }
}

async function againstSimulator(folder: string): Promise<{ passed: number; failed: number }> {
  const scripts = join(folder, 'scripts');
  const cases = JSON.parse(readFileSync(join(scripts, 'cases.json'), 'utf8')) as Record<string, Case>;
  const result = { passed: 0, failed: 0 };
  const stack = await Stack.start({ SEQUENCERS: 'satp1', SIMULATOR_SPEED: '60' });
  try {
    const config = readFileSync(join(stack.dataDir, 'ocs/satp1/default.yaml'), 'utf8');
    const bridge = /wamp_http:\s*['"]?(\S+?)\/call/.exec(config)?.[1] ?? '';
    for (const [name, c] of Object.entries(cases)) {
      await idle(stack);
      const begin = performance.now();
      const problems = await simulated(stack, bridge, scripts, name, c);
      result[problems.length === 0 ? 'passed' : 'failed'] += 1;
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}, simulated, ${seconds} s`);
      for (const line of problems) console.log(`     ${line}`);
    }
  } finally {
    await stack.stop();
  }
  return result;
}

console.log('Against real OCS');
const real = await againstReal(tools);
console.log('Against the simulator');
const simulator = await againstSimulator(tools);
console.log(`${real.passed + simulator.passed} passed, ${real.failed + simulator.failed} failed`);
process.exitCode = real.failed + simulator.failed > 0 ? 1 : 0;
