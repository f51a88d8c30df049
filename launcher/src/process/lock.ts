/** At most one launcher per data folder. The lock file names its holder, so that a lock left by kill -9 is known to be stale. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { identify, isRunning } from './process-identity.ts';
import { UserError } from '../lib/user-error.ts';
import { readText } from '../lib/atomic-file.ts';

const holderSchema = z.object({ pid: z.int(), started: z.string(), address: z.string() });
type Holder = z.infer<typeof holderSchema>;

function parseHolder(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    // No live launcher wrote this: a lock file is complete before it is linked into place.
    return null;
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

/** Acquires the lock and returns the function that releases it. @throws UserError that names the holder of the lock */
export function acquireLock(path: string, address: string, dataDir: string): () => void {
  const self = identify(process.pid);
  if (!self) throw new Error('this process cannot be found in the process table');
  const ownFile = `${path}.${process.pid}`;
  writeFileSync(ownFile, JSON.stringify({ ...self, address }), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(ownFile, path);
        return () => {
          rmSync(path, { force: true });
        };
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error;
      }
      try {
        removeIfStale(path, dataDir);
      } catch (error) {
        // Released, or removed by another start, in the meantime.
        if (!isCode(error, 'ENOENT')) throw error;
      }
    }
  } finally {
    rmSync(ownFile, { force: true });
  }
}

function removeIfStale(path: string, dataDir: string): void {
  const text = readText(path);
  const holder = parseHolder(text);
  if (holder && isRunning(holder)) {
    throw new UserError(
      `Sequencer is already running on ${dataDir}: process ${holder.pid}, at ${holder.address}. ` +
        'Open that address, stop that process, or set DATA_DIR to another folder.',
    );
  }
  const aside = `${path}.stale.${process.pid}`;
  renameSync(path, aside);
  if (readFileSync(aside, 'utf8') !== text) {
    // Another start was faster: this is already the lock of a live launcher.
    linkSync(aside, path);
  }
  rmSync(aside);
}
