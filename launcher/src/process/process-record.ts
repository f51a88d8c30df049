/** One file per process that the launcher started, so that the orphans of a crash can be stopped in the right order. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { identify, isRunning } from './process-identity.ts';
import { writeAtomically } from '../lib/atomic-file.ts';

const recordSchema = z.object({
  pid: z.int().positive(),
  started: z.string(),
  name: z.string(),
  /** Processes of the highest stage are stopped first. */
  stage: z.int(),
  stopSignal: z.custom<NodeJS.Signals>((value) => typeof value === 'string'),
  stopSeconds: z.number(),
});
export type ProcessRecord = z.infer<typeof recordSchema>;

export function writeRecord(folder: string, record: Omit<ProcessRecord, 'started'>): void {
  const identity = identify(record.pid);
  // The process has already ended.
  if (!identity) return;
  writeAtomically(join(folder, `${record.name}.json`), JSON.stringify({ ...record, ...identity }));
}

export function removeRecord(folder: string, name: string): void {
  rmSync(join(folder, `${name}.json`), { force: true });
}

export function damagedRecord(file: string): string {
  return `The process record ${file} is damaged and was skipped. If a process of an earlier start is still running, stop it yourself.`;
}

/** Null when the file cannot be read or is damaged. */
function readRecord(file: string): ProcessRecord | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

async function end(record: ProcessRecord): Promise<void> {
  const send = (signal: NodeJS.Signals) => {
    try {
      process.kill(record.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  if (isRunning(record)) send(record.stopSignal);
  const deadline = Date.now() + record.stopSeconds * 1000;
  while (isRunning(record)) {
    if (Date.now() > deadline) send('SIGKILL');
    await sleep(50);
  }
}

/**
 * Stops every recorded process that is still running, in the order of a normal stop.
 *
 * @param notice is called with the names of the processes, before they are stopped
 * @param damaged is called with each record that cannot be read
 */
export async function endOrphans(
  folder: string,
  notice: (names: string[]) => void,
  damaged: (file: string) => void,
): Promise<void> {
  const records: ProcessRecord[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    const file = join(folder, name);
    const record = readRecord(file);
    if (record) records.push(record);
    else damaged(file);
  }
  const orphans = records.filter(isRunning);
  if (orphans.length > 0) notice(orphans.map((record) => record.name));
  const stages = [...new Set(orphans.map((record) => record.stage))].sort((a, b) => b - a);
  for (const stage of stages) await Promise.all(orphans.filter((record) => record.stage === stage).map(end));
  for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true, force: true });
}
