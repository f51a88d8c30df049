/** One launcher a data folder. The lock is a file that names its holder, so it outlives a kill -9 without harm. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { identify, isRunning } from './process-identity.ts';
import { UserError } from './user-error.ts';
import { readText } from './whole-file.ts';

const holderSchema = z.object({ pid: z.int(), started: z.string(), address: z.string() });
type Holder = z.infer<typeof holderSchema>;

function parseHolder(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    // Written by no launcher that lives: each writes its lock whole before it is in place.
    return null;
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

/** Takes the lock; returns what gives it back. A UserError names the launcher that has it. */
export function takeLock(path: string, address: string, dataDir: string): () => void {
  const me = identify(process.pid);
  if (!me) throw new Error('this process cannot be found in the process table');
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ ...me, address }), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(mine, path);
        return () => {
          rmSync(path, { force: true });
        };
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error;
      }
      try {
        removeIfLeft(path, dataDir);
      } catch (error) {
        // Given back, or taken away by another start, at this very moment.
        if (!isCode(error, 'ENOENT')) throw error;
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function removeIfLeft(path: string, dataDir: string): void {
  const text = readText(path);
  const holder = parseHolder(text);
  if (holder && isRunning(holder)) {
    throw new UserError(
      `Sequencer already runs on ${dataDir}: process ${holder.pid}, at ${holder.address}. ` +
        'Open that address, stop that process, or set DATA_DIR to another folder.',
    );
  }
  const aside = `${path}.left.${process.pid}`;
  renameSync(path, aside);
  if (readFileSync(aside, 'utf8') !== text) {
    // Somebody else was faster, and this is already the lock of a living launcher.
    linkSync(aside, path);
  }
  rmSync(aside);
}
