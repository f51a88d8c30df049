/** A subscription goes through what the library gives up at: real websockets, and a server that is in trouble first. */
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
  const told = { values: [] as unknown[], refusals: [] as string[], ends: 0 };
  const leave = subscribe<{ a: number }>(
    connection,
    { query: 'subscription { a }' },
    {
      next: ({ data }) => told.values.push(data?.a),
      error: (errors) => told.refusals.push(...errors.map(({ message }) => message)),
      complete: () => told.ends++,
    },
  );
  return { told, leave };
}

const values = (...data: number[]) => sends(...data.map((a) => ({ a })));
const breaks = (...data: number[]) => breaksOff('DATABASE_AWAY', ...data.map((a) => ({ a })));

it.each([4500, 1011, 1013, 1012])('begins anew after a connection that was closed with %d', async (code) => {
  await serve({ closes: [code, code], streams: [() => values(7)] });
  const { told } = read();
  await expect.poll(() => told, { timeout: 10_000 }).toEqual({ values: [7], refusals: [], ends: 1 });
});

it('begins anew when the database went away under it, and says nothing twice', async () => {
  await serve({
    streams: [() => breaks(1), () => refuses('DATABASE_AWAY'), () => values(2, 3)],
  });
  const { told } = read();
  await expect.poll(() => told, { timeout: 10_000 }).toEqual({ values: [1, 2, 3], refusals: [], ends: 1 });
});

it('takes any other refusal for an answer', async () => {
  const streams = [() => breaksOff('NO_SUCH_RUN', { a: 1 }), () => values(2)];
  await serve({ streams });
  const { told } = read();
  await expect.poll(() => told.refusals).toEqual(['It is NO_SUCH_RUN.']);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(told).toEqual({ values: [1], refusals: ['It is NO_SUCH_RUN.'], ends: 0 });
  expect(streams).toHaveLength(1);
});

it('is not for who has to sign in first', async () => {
  await serve({ closes: [4401, 4401], streams: [() => values(1)] });
  const { told } = read();
  await expect.poll(() => unauthorized).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(told).toEqual({ values: [], refusals: [], ends: 0 });
});

it('does not wait when somebody wants it now, and says until when it would', async () => {
  await serve({ closes: [4500, 4500, 4500, 4500], streams: [() => values(7)] });
  const { told } = read();
  await expect.poll(() => connection.state.retryAt).not.toBeNull();
  const begun = performance.now();
  // The waits that are left out would take three seconds and more.
  await expect
    .poll(
      () => {
        connection.tryNow();
        return told;
      },
      { timeout: 2000 },
    )
    .toEqual({ values: [7], refusals: [], ends: 1 });
  expect(performance.now() - begun).toBeLessThan(2000);
});

it('that was left does not come back', async () => {
  const streams = [() => breaks(1), () => values(2)];
  await serve({ streams });
  const { told, leave } = read();
  await expect.poll(() => told.values).toEqual([1]);
  leave();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(told.values).toEqual([1]);
  expect(streams).toHaveLength(1);
});
