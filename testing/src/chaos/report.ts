/** What the chaos run says at its end. */
import type { Comparison, Left } from './record.ts';

interface Night {
  seconds: number;
  seed: number;
  /** What was killed, and after how many seconds all was as before. */
  recoveries: [string, number][];
  lefts: Left[];
  comparisons: Comparison[];
  /** Looks at the cluster that got no answer, and all of them. */
  away: [number, number];
  unanswered: number;
  faults: string[];
}

export function report({ seconds, seed, recoveries, lefts, comparisons, away, unanswered, faults }: Night): string {
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
    `  killed ${recoveries.length} times; until two more runs had ended and their records were whole, at most:`,
    ...kills,
    `  runs: ${lefts.length} (${[...phases].map(([phase, of]) => `${phase} ${of.length}`).join(', ')})`,
    `  events compared: ${events}; lost: ${sum('lost')}, doubled: ${sum('doubled')}`,
    `  lines that a killed runner could not send any more: ${sum('unsent')}`,
    `  not answered: ${unanswered} requests of pages, ${away[0]} of ${away[1]} looks at the cluster`,
    `  faults: ${faults.length === 0 ? 'none' : faults.join('; ')}`,
  ].join('\n');
}
