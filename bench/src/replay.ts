/**
 * The time slider of an ended run: time to show a moment with the page's own code over GraphQL, in a short run and in one with
 * a million events. The time must not grow with the run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Recording } from '@sequencer/web/run/replay/recording';
import { report } from './lib/figures.ts';
import { median } from './lib/numbers.ts';
import type { Product } from './product.ts';
import type { RunEvent } from '@sequencer/model/events';

const SHORT = 10_000;
const LONG = 1_000_000;
const MOMENTS = 9;
const PAGE = `query ($id: ID!, $after: Int!, $types: [String!], $first: Int!) {
  run(id: $id) { events(after: $after, types: $types, first: $first) { seq at type data } } }`;

/** The tracer samples fast lines, so the script puts line events into the channel itself. */
const script = (events: number) => `\
from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.frames import line_frame
from sequencer_runner.script.tracing.probe import current_probe
channel = current_probe()._controller._channel
for block in range(${String(events / 1000)}):
    line = {"type": "line", "at": now_iso(), "trace": 1, "file": "<script>", "function": "work"}
    channel._queue.put((b"".join(line_frame({**line, "line": n % 9 + 1}) for n in range(1000)),))
    channel.drain(60)
`;

/** Median milliseconds to show a moment of the run, with nothing loaded before. */
async function seeks(product: Product, events: number): Promise<number> {
  const id = await product.stack.submit(script(events));
  while (!['SUCCEEDED', 'FAILED'].includes(await product.stack.phase(id))) await sleep(200);
  const { run } = await product.stack.query<{ run: { lastSeq: number; startedAt: string; finishedAt: string } }>(
    'query ($id: ID!) { run(id: $id) { lastSeq startedAt finishedAt } }',
    { id },
  );
  if (run.lastSeq < events) throw new Error(`the run has ${String(run.lastSeq)} events, not ${String(events)}`);
  const [begin, end] = [Date.parse(run.startedAt), Date.parse(run.finishedAt)];
  const times: number[] = [];
  for (let i = 1; i <= MOMENTS; i++) {
    const recording = new Recording(async (after, types, first) => {
      const page = await product.ask(PAGE, { id, after, types, first });
      return (page as { run: { events: { seq: number; at: string; type: string; data: string }[] } }).run.events.map(
        ({ seq, at, type, data }) => ({ ...(JSON.parse(data) as object), seq, at, type }) as unknown as RunEvent,
      );
    }, run.lastSeq);
    const begun = performance.now();
    await recording.viewAt(await recording.seqAt(begin + ((end - begin) * i) / (MOMENTS + 1)));
    times.push(performance.now() - begun);
  }
  return median(times);
}

export async function replay(product: Product): Promise<void> {
  const short = await seeks(product, SHORT);
  const long = await seeks(product, LONG);
  report(
    'the first moment of a replay, 1,000,000 events',
    `p50 ${long.toFixed(0)} ms; ${short.toFixed(0)} ms with ${SHORT.toLocaleString('en')}`,
    'p50 under 500 ms, at most 3 times the short one',
    long < 500 && long <= 3 * short,
  );
}
