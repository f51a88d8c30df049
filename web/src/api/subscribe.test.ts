/** Subscriptions over real WebSockets, against a server that first fails in ways at which graphql-ws gives up. */
import { afterEach, expect, it } from 'vitest';
import { makeConnection, type Connection } from './connection.ts';
import { subscribe } from './subscribe.ts';
import { TroubledServer, breaksOff, refuses, sends, type Plan } from '@sequencer/testing/troubled-server';

let server: TroubledServer;
let connection: Connection;
let unauthorized = 0;

async function serve(plan: Plan): Promise<void> {
  server = await TroubledServer.start(plan);
  unauthorized = 0;
  connection = makeConnection(server.url, () => unauthorized++);
}

afterEach(() => {
  connection.close();
  server.stop();
});

function read() {
  const received = { values: [] as unknown[], refusals: [] as string[], ends: 0 };
  const unsubscribe = subscribe<{ a: number }>(
    connection,
    { query: 'subscription { a }' },
    {
      next: ({ data }) => received.values.push(data?.a),
      error: (errors) => received.refusals.push(...errors.map(({ message }) => message)),
      complete: () => received.ends++,
    },
  );
  return { received, unsubscribe };
}

const values = (...data: number[]) => sends(...data.map((a) => ({ a })));
const breaks = (...data: number[]) => breaksOff('DATABASE_AWAY', ...data.map((a) => ({ a })));

it.each([4500, 1011, 1013, 1012])('subscribes again after a close with code %d', async (code) => {
  await serve({ closes: [code, code], streams: [() => values(7)] });
  const { received } = read();
  await expect.poll(() => received, { timeout: 10_000 }).toEqual({ values: [7], refusals: [], ends: 1 });
});

it('subscribes again after the database was lost, and delivers each value once', async () => {
  await serve({
    streams: [() => breaks(1), () => refuses('DATABASE_AWAY'), () => values(2, 3)],
  });
  const { received } = read();
  await expect.poll(() => received, { timeout: 10_000 }).toEqual({ values: [1, 2, 3], refusals: [], ends: 1 });
});

it('does not retry after any other error', async () => {
  const streams = [() => breaksOff('NO_SUCH_RUN', { a: 1 }), () => values(2)];
  await serve({ streams });
  const { received } = read();
  await expect.poll(() => received.refusals).toEqual(['It is NO_SUCH_RUN.']);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(received).toEqual({ values: [1], refusals: ['It is NO_SUCH_RUN.'], ends: 0 });
  expect(streams).toHaveLength(1);
});

it('does not retry while the user is not signed in', async () => {
  await serve({ closes: [4401, 4401], streams: [() => values(1)] });
  const { received } = read();
  await expect.poll(() => unauthorized).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(received).toEqual({ values: [], refusals: [], ends: 0 });
});

it('reconnects immediately on tryNow, and until then reports when it will', async () => {
  await serve({ closes: [4500, 4500, 4500, 4500], streams: [() => values(7)] });
  const { received } = read();
  await expect.poll(() => connection.state.retryAt).not.toBeNull();
  const startedAt = performance.now();
  // Without tryNow the waits take more than three seconds.
  await expect
    .poll(
      () => {
        connection.tryNow();
        return received;
      },
      { timeout: 2000 },
    )
    .toEqual({ values: [7], refusals: [], ends: 1 });
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

it('does not subscribe again after unsubscribe', async () => {
  const streams = [() => breaks(1), () => values(2)];
  await serve({ streams });
  const { received, unsubscribe } = read();
  await expect.poll(() => received.values).toEqual([1]);
  unsubscribe();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(received.values).toEqual([1]);
  expect(streams).toHaveLength(1);
});
