/** Compares the record of a run with the script's own output. Pure. */
import type { Phase } from '@sequencer/model';
import { isFinalKubernetesPhase, phaseFromKubernetes, type KubernetesPhase } from '@sequencer/model/kubernetes/enums';

const TIMES = 30;

/** Writes to a file and to its output, then prints the file; every line occurs once. */
export const SCRIPT = `import time
print('begun', time.time(), flush=True)
own = open('own', 'w+')
for i in range(${TIMES}):
    own.write(f'{i} ')
    own.flush()
    print(i, flush=True)
    time.sleep(0.1)
own.seek(0)
print('wrote', own.read(), flush=True)
print('ended', time.time(), flush=True)
`;
const LOOP = 3;
const numbers = Array.from({ length: TIMES }, (_, i) => `${i}`);
const OUTPUT = ['begun', ...numbers, `wrote ${numbers.join(' ')} `, 'ended'];
/** Each execution of each statement and line. */
const STEPS = [1, 2, 3, 4, 9, 10, 11].flatMap((line, index) => [
  `statement ${index} RUNNING 1`,
  ...(index === LOOP ? [...numbers.flatMap(() => [4, 5, 6, 7, 8]), 4] : [line]).map((at) => `line ${at}`),
  `statement ${index} DONE 1`,
]);

export interface Recorded {
  seq: number;
  type: string;
  /** JSON */
  data: string;
}

export interface Left {
  name: string;
  /** Phase in the status of the object. */
  phase: KubernetesPhase | undefined;
  /** Phase in the API, which also returns the record. */
  shown: Phase;
  lastSeq: number;
  events: Recorded[];
  /** The log of the pod: output of the script without journal, API and database. */
  log: string;
  /** The runner was killed: events that it had not sent are lost, and the run's phase shows that. */
  killed: boolean;
}

export interface Comparison {
  faults: string[];
  lost: number;
  doubled: number;
  /** Lines that a killed runner had not sent. */
  unsent: number;
  /** Start and end of the script by its own clock; undefined if it did not get there. */
  begun: number | undefined;
  ended: number | undefined;
}

interface Difference {
  lost: number;
  doubled: number;
  /** Position of the first difference. */
  where?: string;
}

/** @param cut whether the end of `seen` may be missing */
function difference(expected: readonly string[], seen: readonly string[], cut: boolean): Difference {
  let [at, lost, doubled] = [0, 0, 0];
  for (const [index, each] of seen.entries()) {
    const next = expected.indexOf(each, at);
    if (expected[at] !== each && (each === seen[index - 1] || next < 0)) {
      doubled += 1;
    } else {
      lost += next - at;
      at = next + 1;
    }
  }
  if (!cut) lost += expected.length - at;
  const length = cut ? seen.length : Math.max(seen.length, expected.length);
  const first = Array.from({ length }, (_, index) => index).find((index) => seen[index] !== expected[index]);
  if (first === undefined) return { lost, doubled };
  const where = `number ${first + 1} is ${seen[first] ?? 'missing'}, expected ${expected[first] ?? 'none'}`;
  return { lost, doubled, where };
}

function gaps(events: readonly Recorded[], lastSeq: number): Difference {
  const known = new Set(events.map(({ seq }) => seq));
  const last = Math.max(lastSeq, ...known);
  return { lost: last - known.size, doubled: events.length - known.size };
}

const linesOf = (text: string) => text.split('\n').filter(Boolean);
/** Without the times. */
const wordsOf = (text: string) => linesOf(text).map((line) => line.replace(/^(begun|ended) [\d.]+$/, '$1'));

export function compare({ name, phase, shown, lastSeq, events, log, killed }: Left): Comparison {
  const parsed = events.map(({ type, data }) => ({ type, data: JSON.parse(data) as Record<string, unknown> }));
  const text = parsed.map(({ type, data }) => (type === 'output' ? String(data.text) : '')).join('');
  const steps = parsed.flatMap(({ type, data }) => {
    if (type === 'line') return [`line ${String(data.line)}`];
    return type === 'statement'
      ? [`statement ${String(data.index)} ${String(data.state)} ${String(data.attempt)}`]
      : [];
  });
  const faults: string[] = [];
  let [lost, doubled] = [0, 0];
  const count = (what: string, differs: Difference) => {
    lost += differs.lost;
    doubled += differs.doubled;
    if (!differs.lost && !differs.doubled) return;
    const where = differs.where === undefined ? '' : `: ${differs.where}`;
    faults.push(`${name}: of its ${what} ${differs.lost} are lost and ${differs.doubled} doubled${where}`);
  };
  count('numbers of events', gaps(events, lastSeq));
  count('lines in the log', difference(OUTPUT, wordsOf(log), killed));
  count('lines in the record', difference(OUTPUT, wordsOf(text), killed));
  count('steps', difference(STEPS, steps, killed));
  if (killed ? !log.startsWith(text) && !text.startsWith(log) : text !== log)
    faults.push(`${name}: its record and its log differ`);

  const ends = parsed.filter(({ type }) => type === 'ended');
  const starts = parsed.filter(({ type }) => type === 'started');
  if (starts.length > 1 || (parsed.length > 0 && parsed[0]?.type !== 'started')) faults.push(`${name} started oddly`);
  if (ends.length > 1 || (ends.length === 1 && parsed.at(-1)?.type !== 'ended')) faults.push(`${name} ended oddly`);
  if (!killed && ends[0]?.data.outcome !== 'SUCCEEDED') faults.push(`${name} did not report that it had succeeded`);

  const wholly = wordsOf(log).includes('ended');
  const phases: (KubernetesPhase | undefined)[] = killed
    ? ['Killed', 'Lost', ...(wholly ? ['Succeeded' as const] : [])]
    : ['Succeeded'];
  if (!phases.includes(phase)) faults.push(`${name} is ${phase ?? 'without a phase'}, which is not what happened`);
  if (isFinalKubernetesPhase(phase) && phaseFromKubernetes(phase) !== shown)
    faults.push(`${name} is ${phase}, but shown as ${shown}`);
  const time = (word: string) => {
    const line = linesOf(log).find((each) => each.startsWith(word));
    return line === undefined ? undefined : Number(line.split(' ')[1]);
  };
  return {
    faults,
    lost,
    doubled,
    unsent: Math.max(0, linesOf(log).length - linesOf(text).length),
    begun: time('begun'),
    ended: time('ended'),
  };
}
