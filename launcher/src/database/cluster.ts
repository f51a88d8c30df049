/** The folder of the database: made once, and freed of what a crash has left. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { identify, isRunning } from '../process-identity.ts';
import { UserError } from '../user-error.ts';
import type { Binaries } from './binaries.ts';
import { runAs, type User } from './user.ts';

const VERSION = '18';

/** Without any of these the server cannot start, and initdb writes them all. */
const PARTS = ['PG_VERSION', 'global/pg_control', 'base', 'pg_wal'];

/** Makes the folder with an empty database `sequencer` in it. It appears whole or not at all. */
export async function makeCluster(
  folder: string,
  binaries: Binaries,
  user: User | null,
  password: string,
): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    requireWhole(folder);
    return;
  }
  const made = `${folder}.new`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { mode: 0o700 });
  const passwordFile = join(made, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [made, passwordFile]) chownSync(path, user.uid, user.gid);
  const cluster = join(made, 'cluster');
  await run(
    runAs(
      user,
      binaries.initdb,
      [
        `--pgdata=${cluster}`,
        '--username=sequencer',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
      ],
      [made],
    ),
  );
  const single = runAs(user, binaries.postgres, ['--single', '-D', cluster, 'postgres'], [made]);
  await run(single, 'CREATE DATABASE sequencer\n');
  rmSync(passwordFile);
  renameSync(cluster, folder);
  rmSync(made, { recursive: true });
}

/** Throws a UserError unless this is the folder of a database of this version. */
function requireWhole(folder: string): void {
  const missing = PARTS.filter((part) => !existsSync(join(folder, part)));
  const found = missing.includes('PG_VERSION') ? '' : readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (missing.length > 0 || !/^\d+$/.test(found)) {
    const damage = missing.length > 0 ? `${missing.join(', ')} missing` : 'PG_VERSION has no version';
    throw new UserError(
      `${folder} is no complete PostgreSQL database (${damage}). Restore it from a backup, or move it away to start with ` +
        'an empty database.',
    );
  }
  if (found === VERSION) return;
  throw new UserError(
    `${folder} is of PostgreSQL ${found}, and this is PostgreSQL ${VERSION}. ` +
      'Dump it with the version that made it, or set DATA_DIR to another folder.',
  );
}

/** Sets the password of the database's one user. No server may run in the folder. */
export async function setPassword(
  folder: string,
  binaries: Binaries,
  user: User | null,
  password: string,
): Promise<void> {
  const single = runAs(user, binaries.postgres, ['--single', '-D', folder, 'postgres'], [folder]);
  const output = await run(single, `ALTER USER sequencer PASSWORD '${password}'\n`);
  // A statement that fails does not change the exit code of this mode.
  if (/\b(ERROR|FATAL|PANIC):/.test(output)) {
    throw new UserError(`The database's password could not be set:\n${output}`);
  }
}

async function run({ command, args, ...user }: ReturnType<typeof runAs>, input = ''): Promise<string> {
  const child = spawn(command, args, { ...user, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.on('error', () => {
    // It ended without reading; its exit code shows why.
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new UserError(`The database could not be prepared: ${command} ended with ${code ?? 'a signal'}:\n${output}`);
  return output;
}

/** Ends a server that still runs in the folder, though its launcher is gone. */
export async function stopLeftServer(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const server = identify(pid);
  if (!server || !(await commandLine(pid)).includes(folder)) {
    // Another process has that number now; PostgreSQL itself would take it for a server and refuse to start.
    rmSync(file, { force: true });
    return;
  }
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 30_000;
  while (isRunning(server)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await sleep(50);
  }
}

async function commandLine(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout;
}

/** PostgreSQL writes there that it takes connections. */
export function isServing(folder: string): boolean {
  const file = join(folder, 'postmaster.pid');
  return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
}
