/** How busy the machine is: it decides how much the times of a figure are worth. */
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

function processorTimes(): { idle: number; all: number } {
  const sum = { idle: 0, all: 0 };
  for (const { times } of cpus()) {
    sum.idle += times.idle;
    sum.all += Object.values(times).reduce((a, b) => a + b, 0);
  }
  return sum;
}

/** Prints the load, and the share of the processors that is busy before a measurement begins. */
export async function printMachine(): Promise<void> {
  const before = processorTimes();
  await sleep(1000);
  const after = processorTimes();
  const busy = 1 - (after.idle - before.idle) / (after.all - before.all);
  const load = loadavg()[0] ?? NaN;
  console.log(
    `     ${String(cpus().length)} processors, ${(100 * busy).toFixed(0)} % busy before the measurement, load ${load.toFixed(1)}`,
  );
}
