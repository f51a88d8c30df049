/** Limits on the size of responses, and on the memory that a client that does not read can use. */
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AnyEvent } from '@sequencer/model';
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, start, submit } from '@sequencer/testing/api/running-api';

const MB = 1024 * 1024;
const OUTPUT_COUNT = 400;
const OUTPUT_BYTES = 60_000;

let api: Api;
let runner: TestRunner;
let run: string;

beforeAll(async () => {
  api = await start(await newDatabase());
  const script = `# ${'x'.repeat(510_000)}\n`;
  for (let i = 0; i < 40; i++) await submit(api, { sequencer: 'lat', script });
  runner = await TestRunner.connect(api);
  run = (await submit(api, { script, start: 'RUNNING' })).data.submitRun.id;
  await vi.waitFor(() => {
    expect(runner.started).toContain(run);
  });
  const at = '2026-11-24T04:00:00.000Z';
  const facts = { pid: 1, hostname: 'h', python: '3.13.0', packages: {} };
  const statements = [{ index: 0, firstLine: 1, lastLine: 1 }];
  const events: AnyEvent[] = [{ seq: 1, at, type: 'started', statements, ...facts }];
  for (let i = 0; i < OUTPUT_COUNT; i++) {
    const text = `${String(i)}:`.padEnd(OUTPUT_BYTES, 'o');
    events.push({ seq: i + 2, at, type: 'output', stream: 'STDOUT', text });
  }
  for (let i = 0; i < events.length; i += 20) runner.events(run, events.slice(i, i + 20));
  await vi.waitFor(
    () => {
      expect(runner.acked).toBe(events.length);
    },
    { timeout: 20_000 },
  );
});

afterAll(async () => {
  runner.leave();
  await api.close();
});

async function text(query: string, variables: Record<string, unknown> = {}): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

const aliases = (count: number, field: string) =>
  `{ ${Array.from({ length: count }, (_, i) => `a${String(i)}: ${field}`).join(' ')} }`;

describe('a response', () => {
  it('with a list of scripts is sent up to the limit', async () => {
    const { data, errors } = await ask<{ runs: { edges: { node: { script: string } }[] } }>(
      api,
      '{ runs(first: 20) { edges { node { script } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.runs.edges.every(({ node }) => node.script.length > 500_000)).toBe(true);
  });

  it.each([
    ['scripts of a list', '{ runs(first: 200) { edges { node { script } } } }'],
    ['scripts by aliases', aliases(30, 'runs(first: 200) { edges { node { script } } }')],
    [
      'fields of a list by aliases',
      aliases(30, 'runs(first: 200) { edges { node { title reason startedAt script } } }'),
    ],
    ['a queue of scripts', '{ sequencers { queue { script } } }'],
    ['output by aliases', aliases(6, 'run(id: "RUN") { output(first: 4000) { text } }')],
    ['the newest output by aliases', aliases(6, 'run(id: "RUN") { outputBefore(last: 5000) { text } }')],
    ['events by aliases', aliases(6, 'run(id: "RUN") { events(first: 4000) { data } }')],
    [
      'aliases below one run',
      `{ run(id: "RUN") { first: events(first: 4000) { data } ${aliases(28, 'script').slice(1)} }`,
    ],
  ])('that gets too large is refused: %s', async (_what, query) => {
    const started = performance.now();
    const slowest = slowestHealth();
    const answer = await text(query.replaceAll('RUN', run));
    const health = await slowest();
    expect(answer.length).toBeLessThan(10_000);
    const { data, errors } = JSON.parse(answer) as { data: unknown; errors: { extensions: { code: string } }[] };
    expect(data ?? null).toBeNull();
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['ANSWER_TOO_LARGE']);
    // Other requests are served meanwhile. Only a blocked process exceeds this bound.
    expect(health).toBeLessThan(Math.max(1000, (performance.now() - started) / 2));
  });

  it('is measured with the escapes of its JSON', async () => {
    // Each takes six bytes in JSON.
    const script = `# ${'\x01'.repeat(150_000)}\n`;
    const { data } = await submit(api, { sequencer: 'lat', script });
    const { id } = data.submitRun;
    const answer = await text(
      `{ run(id: "${id}") { ${Array.from({ length: 20 }, (_, i) => `a${String(i)}: script`).join(' ')} } }`,
    );
    expect(answer.length).toBeLessThan(1000);
    expect(answer).toContain('ANSWER_TOO_LARGE');
  });

  it('with pages of output has every event exactly once', async () => {
    const seen: string[] = [];
    for (let after = 0; ;) {
      const { data } = await ask<{ run: { output: { seq: number; text: string }[] } }>(
        api,
        'query ($id: ID!, $after: Int!) { run(id: $id) { output(after: $after, first: 5000) { seq text } } }',
        { id: run, after },
      );
      const page = data.run.output;
      const last = page.at(-1);
      if (!last) break;
      expect(page.reduce((sum, piece) => sum + piece.text.length, 0)).toBeLessThan(5 * MB);
      seen.push(...page.map((piece) => piece.text.split(':', 1)[0] ?? ''));
      after = last.seq;
    }
    expect(seen).toEqual(Array.from({ length: OUTPUT_COUNT }, (_, i) => String(i)));
  });

  it('with pages of output from the end has every event exactly once', async () => {
    const seen: string[] = [];
    for (let before = 2 ** 31 - 1; ;) {
      const { data } = await ask<{ run: { outputBefore: { seq: number; text: string }[] } }>(
        api,
        'query ($id: ID!, $before: Int!) { run(id: $id) { outputBefore(before: $before, last: 5000) { seq text } } }',
        { id: run, before },
      );
      const page = data.run.outputBefore;
      const [first] = page;
      if (!first) break;
      seen.unshift(...page.map((piece) => piece.text.split(':', 1)[0] ?? ''));
      before = first.seq;
    }
    expect(seen).toEqual(Array.from({ length: OUTPUT_COUNT }, (_, i) => String(i)));
  });
});

/** Requests /healthz until the returned function is called; resolves to the longest response time in ms. */
function slowestHealth(): () => Promise<number> {
  const ended = new AbortController();
  const asking = (async () => {
    let slowest = 0;
    while (!ended.signal.aborted) {
      const begin = performance.now();
      await fetch(`${api.url}/healthz`).then((response) => response.text());
      slowest = Math.max(slowest, performance.now() - begin);
    }
    return slowest;
  })();
  return () => {
    ended.abort();
    return asking;
  };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The memory of the process in bytes, after garbage collection. */
function retained(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('a websocket that is not read', () => {
  const sockets: Socket[] = [];
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
  });

  /** Subscribes, and reads nothing after the acknowledgement. */
  async function unread(subscriptions: number): Promise<Socket> {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    socket.on('error', () => undefined);
    const head = [
      'GET /graphql HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(frame({ type: 'connection_init' }));
    await new Promise<void>((resolve) => {
      let seen = '';
      socket.on('data', (data: Buffer) => {
        seen += data.toString('latin1');
        if (seen.includes('connection_ack')) resolve();
      });
    });
    socket.pause();
    const query = `subscription { output(run: "${run}") { seq text } }`;
    for (let i = 0; i < subscriptions; i++) {
      socket.write(frame({ id: String(i), type: 'subscribe', payload: { query } }));
    }
    return socket;
  }

  it('uses little memory, delays no other client, and is closed', { timeout: 90_000 }, async () => {
    const before = retained();
    const opened = await Promise.all(Array.from({ length: 10 }, () => unread(10)));
    const { data } = await ask<{ run: { phase: string } }>(api, 'query ($id: ID!) { run(id: $id) { phase } }', {
      id: run,
    });
    expect(data.run.phase).toBe('RUNNING');
    let most = 0;
    const measuring = setInterval(() => {
      most = Math.max(most, retained() - before);
    }, 1000);
    await Promise.all(
      opened.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.once('close', () => {
              resolve();
            });
            // A client notices the end of the connection when it writes.
            const writing = setInterval(() => socket.write(pong()), 500);
            socket.once('close', () => {
              clearInterval(writing);
            });
          }),
      ),
    );
    clearInterval(measuring);
    console.log(most / MB);
    expect(most / MB).toBeLessThan(50);
  });
});

/** A client's text message, masked with zeros. */
function frame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const size = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([size, Buffer.alloc(4), payload]);
}

/** Keeps an unread connection from being taken for a lost one. */
function pong(): Buffer {
  return Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
}
