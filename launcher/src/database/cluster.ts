/** The folder of the database: created once, and cleaned up after a crash. */
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
import { identify, isRunning } from '../process/process-identity.ts';
import { UserError } from '../lib/user-error.ts';
import type { Binaries } from './binaries.ts';
import { runAs, type User } from './user.ts';

const VERSION = '18';

/** initdb writes all of these, and the server cannot start without any of them. */
const PARTS = ['PG_VERSION', 'global/pg_control', 'base', 'pg_wal'];

/** Creates the folder with an empty database `sequencer`. After an interruption it is complete or absent. */
export async function createCluster(
  folder: string,
  binaries: Binaries,
  user: User | null,
  password: string,
): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    requireComplete(folder);
    return;
  }
  const temporary = `${folder}.new`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { mode: 0o700 });
  const passwordFile = join(temporary, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [temporary, passwordFile]) chownSync(path, user.uid, user.gid);
  const cluster = join(temporary, 'cluster');
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
      [temporary],
    ),
  );
  const single = runAs(user, binaries.postgres, ['--single', '-D', cluster, 'postgres'], [temporary]);
  await run(single, 'CREATE DATABASE sequencer\n');
  rmSync(passwordFile);
  renameSync(cluster, folder);
  rmSync(temporary, { recursive: true });
}

/** Throws a UserError unless this is the folder of a database of this version. */
function requireComplete(folder: string): void {
  const missing = PARTS.filter((part) => !existsSync(join(folder, part)));
  const found = missing.includes('PG_VERSION') ? '' : readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (missing.length > 0 || !/^\d+$/.test(found)) {
    const damage = missing.length > 0 ? `${missing.join(', ')} missing` : 'PG_VERSION has no version';
    throw new UserError(
      `${folder} is not a complete PostgreSQL database (${damage}). Restore it from a backup, or move it away to start with ` +
        'an empty database.',
    );
  }
  if (found === VERSION) return;
  throw new UserError(
    `${folder} was created by PostgreSQL ${found}, but this is PostgreSQL ${VERSION}. ` +
      `Dump it with PostgreSQL ${found}, or set DATA_DIR to another folder.`,
  );
}

/** Sets the password of the database user. No server may be running in the folder. */
export async function setPassword(
  folder: string,
  binaries: Binaries,
  user: User | null,
  password: string,
): Promise<void> {
  const single = runAs(user, binaries.postgres, ['--single', '-D', folder, 'postgres'], [folder]);
  const output = await run(single, `ALTER USER sequencer PASSWORD '${password}'\n`);
  // In this mode a failed statement does not change the exit code.
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
    // The program ended without reading its input; its exit code shows why.
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new UserError(`The database could not be prepared: ${command} ended with ${code ?? 'a signal'}:\n${output}`);
  return output;
}

/** Stops a server that an earlier launcher left running in the folder. */
export async function stopOrphanedServer(folder: string): Promise<void> {
  const file = join(folder, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const server = identify(pid);
  if (!server || !(await commandLine(pid)).includes(folder)) {
    // Another process has this pid now. PostgreSQL would take it for a server and refuse to start.
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

/** Whether the server accepts connections, by its status line in postmaster.pid. */
export function isServing(folder: string): boolean {
  const file = join(folder, 'postmaster.pid');
  return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
}
