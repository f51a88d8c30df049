/**
 * How true estimates are: schedules are replayed on the simulator, each is estimated from the record of the others, and the
 * expected end is compared with the real one. The times of a schedule are compressed as the simulator is faster than a
 * telescope; what the scripts themselves need is not, so that its share of the error is larger than at a site.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { typicalOf, type DurationRecord } from '@sequencer/model/estimates/durations';
import { durationsOf } from '@sequencer/model/estimates/run-durations';
import { estimateScript } from '@sequencer/model/estimates/script-estimate';
import { statementKeys, type StatementKeys } from '@sequencer/model/estimates/statement-keys';
import { restoreView, type RunView } from '@sequencer/model';
import { writeSchedule } from '@sequencer/simulator/scheduler/schedule';
import { Stack } from '@sequencer/testing/stack/stack';
import { report } from './lib/figures.ts';
import { median } from './lib/numbers.ts';

const COMPRESS = 480;
/** Faster, so that the telescope keeps up with the compressed times. */
const SPEED = 600;
const HOURS = [8, 9, 10, 11, 12];
const START_AFTER_MS = 3000;
const HOUR = 3_600_000;

interface Replay {
  keys: StatementKeys[];
  view: RunView;
  start: number;
  end: number;
}

interface Night {
  /** With the times that it has at a site. */
  script: string;
  /** Brings the telescope to where the script expects it; null for anywhere. */
  before: string | null;
}

/** The folder OBSERVATORY has the night of a real scheduler. */
function nights(): Night[] {
  const from = new Date('2026-06-01T22:00:00Z');
  const written = HOURS.map((hours): Night => {
    const to = new Date(from.getTime() + hours * HOUR);
    return { script: writeSchedule({ from, to, telescope: 'satp1' }), before: null };
  });
  const { OBSERVATORY } = process.env;
  if (OBSERVATORY === undefined) return written;
  const read = (name: string) => readFileSync(join(OBSERVATORY, 'scripts', name), 'utf8');
  const real = { script: read('night.py'), before: read('home.py') };
  return [real, real, real, ...written.slice(-2)];
}

/** The same lines, from now on and compressed. */
function compress(script: string): string {
  let origin: number | null = null;
  const start = Date.now() + START_AFTER_MS;
  return script
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00/g, (text) => {
      const time = Date.parse(text);
      origin ??= time;
      return new Date(start + (time - origin) / COMPRESS).toISOString().replace('Z', '+00:00');
    })
    .replaceAll(/(time\.sleep\(|min_duration=)(\d+)/g, (_, before: string, seconds: string) => {
      return before + (Number(seconds) / COMPRESS).toFixed(3);
    });
}

async function replay(stack: Stack, night: Night): Promise<Replay> {
  if (night.before !== null) await stack.until(await stack.submit(night.before), 'SUCCEEDED');
  const script = compress(night.script);
  const id = await stack.submit(script);
  await stack.untilWithin(400, id, 'SUCCEEDED', 'FAILED');
  const { run } = await stack.query<{ run: { phase: string; reason: string | null; view: string } }>(
    'query ($id: ID!) { run(id: $id) { phase reason view } }',
    { id },
  );
  if (run.phase !== 'SUCCEEDED') throw new Error(`a schedule failed: ${run.reason ?? ''}`);
  const view = restoreView(run.view);
  const start = Date.parse(view.statements[0]?.startedAt ?? '');
  const end = Date.parse(view.statements.at(-1)?.finishedAt ?? '');
  return { keys: statementKeys(script, (text) => text), view, start, end };
}

function recordOf(replays: readonly Replay[]): Map<string, DurationRecord> {
  const record = new Map<string, DurationRecord>();
  for (const [run, { view, keys }] of replays.entries()) {
    for (const [key, seconds] of durationsOf(view, keys)) {
      const known = record.get(key) ?? { seconds: [], runs: [] };
      record.set(key, {
        seconds: [...known.seconds, ...seconds].slice(-20),
        runs: [...known.runs, ...seconds.map(() => run)].slice(-20),
      });
    }
  }
  return record;
}

/** The error of the end of a night, and of all times that no absolute time fixes, as shares of the true ones. */
function errorsOf(
  { keys, view, start, end }: Replay,
  others: readonly Replay[],
): { night: number; free: number } | null {
  const record = recordOf(others);
  const typical = (key: string | null) =>
    typicalOf((key === null ? undefined : record.get(key)) ?? { seconds: [], runs: [] });
  const parts = keys.map(({ exact, general, wait }) => ({ wait, typical: typical(exact) ?? typical(general) }));
  const { endsAt, parts: estimated } = estimateScript(parts, start);
  if (endsAt === null) return null;
  let [expected, real] = [0, 0];
  for (const [index, { startedAt, finishedAt }] of view.statements.entries()) {
    if (keys[index]?.wait) continue;
    expected += estimated[index]?.typicalSeconds ?? 0;
    real += (Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')) / 1000;
  }
  return { night: Math.abs(endsAt - end) / (end - start), free: Math.abs(expected - real) / real };
}

export async function estimateAccuracy(): Promise<void> {
  const stack = await Stack.start({ SEQUENCERS: 'satp1', SIMULATOR_SPEED: String(SPEED) });
  try {
    const replays: Replay[] = [];
    for (const night of nights()) replays.push(await replay(stack, night));
    const errors = replays.flatMap(
      (one) =>
        errorsOf(
          one,
          replays.filter((other) => other !== one),
        ) ?? [],
    );
    const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
    const night = median(errors.map((error) => error.night));
    report(
      `end of ${String(replays.length)} nights, each estimated from the others`,
      `median error ${percent(night)}, at most ${percent(Math.max(...errors.map((error) => error.night)))}`,
      'median under 5 %, all known',
      night < 0.05 && errors.length === replays.length,
    );
    const free = median(errors.map((error) => error.free));
    report(
      'the statements of these nights without an absolute time, added',
      `median error ${percent(free)}`,
      'no bound',
      true,
    );
  } finally {
    await stack.stop();
  }
}
