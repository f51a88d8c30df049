/** A file for each process that the launcher has started, so that what a crash leaves can be ended in the right order. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { identify, isRunning } from './process-identity.ts';

const recordSchema = z.object({
  pid: z.int(),
  started: z.string(),
  name: z.string(),
  /** Those of the highest stage are ended first. */
  stage: z.int(),
  stopSignal: z.custom<NodeJS.Signals>((value) => typeof value === 'string'),
  stopSeconds: z.number(),
});
export type ProcessRecord = z.infer<typeof recordSchema>;

export function writeRecord(folder: string, record: Omit<ProcessRecord, 'started'>): void {
  const identity = identify(record.pid);
  // It has ended already.
  if (!identity) return;
  const file = join(folder, `${record.name}.json`);
  writeFileSync(`${file}.new`, JSON.stringify({ ...record, ...identity }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeRecord(folder: string, name: string): void {
  rmSync(join(folder, `${name}.json`), { force: true });
}

function readRecords(folder: string): ProcessRecord[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => recordSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))));
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

/** Ends every recorded process that still runs, as an orderly stop would. */
export async function endLeftovers(folder: string, notice: (names: string[]) => void): Promise<void> {
  const left = readRecords(folder).filter(isRunning);
  if (left.length > 0) notice(left.map((record) => record.name));
  const stages = [...new Set(left.map((record) => record.stage))].sort((a, b) => b - a);
  for (const stage of stages) await Promise.all(left.filter((record) => record.stage === stage).map(end));
  for (const file of readdirSync(folder)) rmSync(join(folder, file), { force: true });
}
