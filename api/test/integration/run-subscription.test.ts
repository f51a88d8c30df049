/** What a subscriber of `run` sees of steps, over a real websocket: each prompt without delay, no state in between. */
import type { AnyEvent } from '@sequencer/model';
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, record, start, submit } from '@sequencer/testing/api/running-api';

interface Seen {
  phase: string;
  reason: string | null;
  lastSeq: number;
  traces: { prompt: { number: number } | null }[];
}

const at = '2026-11-24T04:00:00.000Z';
const stack = [{ file: '<script>', line: 1, function: '<module>', variables: [] }];
const prompt = (number: number, reason = 'step') => ({
  type: 'prompt',
  trace: 1,
  number,
  reason,
  event: 'line',
  stack,
});
const resumed = (number: number) => ({ type: 'resumed', trace: 1, number, command: 'NEXT' });

let api: Api;
let runner: TestRunner;
let id: string;
let seq: number;
let seen: Seen[];
let stop: () => Promise<void>;

function send(...events: object[]): void {
  runner.events(
    id,
    events.map((event) => ({ ...event, seq: ++seq, at }) as AnyEvent),
  );
}

const shown = () => seen.at(-1)?.traces[0]?.prompt?.number ?? 0;

async function until(condition: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      expect(condition()).toBe(true);
    },
    { timeout: 10_000, interval: 1 },
  );
}

beforeEach(async () => {
  api = await start(await newDatabase());
  runner = await TestRunner.connect(api);
  id = (await submit(api)).data.submitRun.id;
  await until(() => runner.started.includes(id));
  seq = 0;
  seen = [];
  send(...record(0).slice(0, 1), { type: 'traceStarted', trace: 1, kind: 'THREAD', name: 'MainThread' });
  send(prompt(1, 'start'), { type: 'pause', state: 'paused', waitingFor: [] });
  const url = `${api.url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  const reading = (async () => {
    const states = client.iterate<{ run: Seen }>({
      query: 'subscription ($id: ID!) { run(id: $id) { phase reason lastSeq traces { prompt { number } } } }',
      variables: { id },
    });
    for await (const { data } of states) if (data) seen.push(data.run);
  })();
  stop = async () => {
    await client.dispose();
    await reading.catch(() => undefined);
  };
  await until(() => shown() === 1);
});
afterEach(async () => {
  await stop();
  await api.close();
});

it('sends each prompt of quick steps at more than ten a second', async () => {
  const begin = performance.now();
  for (let number = 1; number <= 30; number++) {
    send(resumed(number));
    send(prompt(number + 1));
    await until(() => shown() === number + 1);
  }
  expect(performance.now() - begin).toBeLessThan(2500);
  expect(seen.every(({ phase, reason }) => phase !== 'PAUSED' || reason !== 'Paused on request.')).toBe(true);
});

it('sends a long step as RUNNING, then its prompt', async () => {
  send(resumed(1));
  await until(() => seen.at(-1)?.phase === 'RUNNING');
  expect(seen.at(-1)).toMatchObject({ reason: null, traces: [{ prompt: null }] });
  send(prompt(2));
  await until(() => seen.at(-1)?.phase === 'PAUSED');
  expect(seen.at(-1)).toMatchObject({ reason: 'Paused after a step.', traces: [{ prompt: { number: 2 } }] });
});

it('sends ten states a second at most while output floods', async () => {
  send(resumed(1), { type: 'pause', state: 'none', waitingFor: [] });
  const before = seen.length;
  const begin = performance.now();
  while (performance.now() - begin < 1000) {
    send({ type: 'output', stream: 'STDOUT', text: 'x\n', trace: 1 });
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const last = seq;
  await until(() => seen.at(-1)?.lastSeq === last);
  const took = (performance.now() - begin) / 1000;
  // One for the change of phase, and one for the last.
  expect(seen.length - before).toBeLessThanOrEqual(10 * took + 3);
});

it('returns state and output of the same moment while events arrive', async () => {
  const query = 'query ($id: ID!) { run(id: $id) { script view lastSeq outputBefore(last: 1000) { seq } } }';
  const timer = setInterval(() => {
    send({ type: 'output', stream: 'STDOUT', text: 'x\n', trace: 1 });
  }, 1);
  try {
    await until(() => seq > 10);
    for (let i = 0; i < 50; i++) {
      const { run } = (
        await ask<{ run: { view: string; lastSeq: number; outputBefore: { seq: number }[] } }>(api, query, { id })
      ).data;
      expect((JSON.parse(run.view) as { lastSeq: number }).lastSeq).toBe(run.lastSeq);
      expect(run.outputBefore.at(-1)?.seq).toBe(run.lastSeq);
      expect(run.outputBefore).toHaveLength(run.lastSeq - (run.outputBefore[0]?.seq ?? 0) + 1);
    }
  } finally {
    clearInterval(timer);
  }
});
