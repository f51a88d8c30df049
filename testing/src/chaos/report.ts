/** The report at the end of a chaos run. */
import type { Git } from './git.ts';
import type { OffPeriods } from './off-periods.ts';
import type { Comparison, Left } from './record.ts';

interface ChaosRun {
  seconds: number;
  seed: number;
  /** What was killed, and the seconds until the site had recovered. */
  recoveries: [string, number][];
  lefts: Left[];
  comparisons: Comparison[];
  /** Checks of the cluster: those without an answer, and all. */
  clusterChecks: [number, number];
  unanswered: number;
  git: Pick<Git, 'syncs' | 'overwrites'>;
  periods: Pick<OffPeriods, 'all' | 'checks'>;
  faults: string[];
}

export function report({
  seconds,
  seed,
  recoveries,
  lefts,
  comparisons,
  clusterChecks,
  unanswered,
  git,
  periods,
  faults,
}: ChaosRun): string {
  const kinds = [...new Set(recoveries.map(([kind]) => kind))];
  const kills = kinds.map((kind) => {
    const times = recoveries.filter((each) => each[0] === kind).map((each) => each[1]);
    return `    ${kind.padEnd(20)} ${String(times.length).padStart(3)}   ${Math.max(...times).toFixed(1)} s`;
  });
  const phases = Map.groupBy(lefts, ({ phase }) => phase ?? 'without a phase');
  const sum = (of: 'lost' | 'doubled' | 'unsent') => comparisons.reduce((all, each) => all + each[of], 0);
  const events = lefts.reduce((all, left) => all + left.events.length, 0);
  return [
    `chaos, ${seconds} s, seed ${seed}`,
    `  killed ${recoveries.length} times; maximum time until two more runs had ended with complete records:`,
    ...kills,
    `  runs: ${lefts.length} (${[...phases].map(([phase, of]) => `${phase} ${of.length}`).join(', ')})`,
    `  events compared: ${events}; lost: ${sum('lost')}, doubled: ${sum('doubled')}`,
    `  lines that killed runners had not sent: ${sum('unsent')}`,
    `  switched off: ${periods.all.length} times, checked ${periods.checks} times while off`,
    `  syncs of git: ${git.syncs.one + git.syncs.two}, of which ${git.overwrites} overwrote the mode`,
    `  not answered: ${unanswered} requests of users, ${clusterChecks[0]} of ${clusterChecks[1]} checks of the cluster`,
    `  faults: ${faults.length === 0 ? 'none' : faults.join('; ')}`,
  ].join('\n');
}
