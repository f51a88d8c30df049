/** What a full disk, a power cut or a restore can leave in the data folder is repaired, or reported in one sentence. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../src/lib/ports.ts';
import { asUserError } from '../../src/lib/user-error.ts';
import { writeAtomically } from '../../src/lib/atomic-file.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

let folder: string;
let port: number;
let running: ChildProcess | null = null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sequencer-launcher-'));
  chmodSync(folder, 0o755);
  port = await freePort();
});

afterEach(async () => {
  if (running) await stop(running);
  rmSync(folder, { recursive: true, force: true });
});

function launch(env: Record<string, string> = {}): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, SEQUENCERS: 'satp1', DATA_DIR: folder, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  return { child, output: () => output };
}

async function stop(child: ChildProcess): Promise<void> {
  running = null;
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Starts, waits until it is ready, and stops; returns what it printed. */
async function startOnce(): Promise<string> {
  const { child, output } = launch();
  await expect.poll(output, { timeout: 45_000 }).toContain('Sequencer is ready');
  await stop(child);
  return output();
}

/** The output of a start that fails. */
async function failedStart(env: Record<string, string> = {}): Promise<string> {
  const { child, output } = launch(env);
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  expect(output()).not.toMatch(/^ {4}at /m);
  return output();
}

it('starts again after files of the data folder were truncated', async () => {
  await startOnce();
  const at = (name: string) => join(folder, name);
  writeFileSync(at('processes/api.json'), '{"pid":12,"sta');
  mkdirSync(at('processes/database.json'));
  writeFileSync(at('processes/worker-satp1.json'), '{"pid":-1,"started":"x"}');
  truncateSync(at('database-password'));
  truncateSync(at('runner-token-satp1'), 20);
  writeFileSync(at('launcher.lock'), '{"pid":');
  writeFileSync(at('postgres/postmaster.pid'), 'x');
  const output = await startOnce();
  expect(output).toContain(`${at('processes/api.json')} is damaged and was skipped`);
  expect(output).toContain('The database gets a new password.');
  for (const name of ['database-password', 'runner-token-satp1']) {
    expect(readFileSync(at(name), 'utf8')).toMatch(/^[0-9a-f]{48}\n$/);
  }
});

it('starts after a full disk ended the first start with an empty secret and half a database', async () => {
  writeFileSync(join(folder, 'database-password'), '');
  mkdirSync(join(folder, 'postgres.new/cluster'), { recursive: true });
  writeFileSync(join(folder, 'postgres.new/cluster/PG_VERSION'), '');
  expect(await startOnce()).not.toContain('new password');
});

it.each([
  ['without PG_VERSION', { base: null }, 'PG_VERSION, global/pg_control, pg_wal missing'],
  [
    'with an empty PG_VERSION',
    { base: null, global: null, pg_wal: null, 'global/pg_control': 'x', PG_VERSION: '' },
    'PG_VERSION has no version',
  ],
  [
    'of another version',
    { base: null, global: null, pg_wal: null, 'global/pg_control': 'x', PG_VERSION: '9\n' },
    'was created by PostgreSQL 9',
  ],
])('refuses a database folder %s, and reports what to do', async (_what, parts, sentence) => {
  mkdirSync(join(folder, 'postgres'));
  for (const [name, text] of Object.entries(parts)) {
    if (text === null) mkdirSync(join(folder, 'postgres', name));
    else writeFileSync(join(folder, 'postgres', name), text);
  }
  expect(await failedStart()).toContain(sentence);
});

it('refuses a file in place of a folder, and a folder in place of a file, and reports what to do', async () => {
  writeFileSync(join(folder, 'logs'), '');
  expect(await failedStart()).toContain(`${join(folder, 'logs')} cannot be used: it is a file`);
  rmSync(join(folder, 'logs'));
  mkdirSync(join(folder, 'launcher.lock'));
  expect(await failedStart()).toContain(`${join(folder, 'launcher.lock')} cannot be used: it is a folder`);
});

it('reports a full device with what to do', () => {
  // Each write to /dev/full fails with ENOSPC.
  symlinkSync('/dev/full', join(folder, 'secret.new'));
  let failure: unknown;
  try {
    writeAtomically(join(folder, 'secret'), 'x');
  } catch (error) {
    failure = error;
  }
  expect(asUserError(failure)?.message).toContain('no space left on its disk. Free some space');
  expect(existsSync(join(folder, 'secret'))).toBe(false);
});
