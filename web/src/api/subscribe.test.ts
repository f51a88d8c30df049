/** A subscription goes through what the library gives up at: real websockets, and a server that is in trouble first. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { GraphQLError, GraphQLSchema, parse, type ExecutionResult } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { makeConnection, type Connection } from './connection.ts';
import { subscribe } from './subscribe.ts';

const refusal = (code: string) => new GraphQLError(`It is ${code}.`, { extensions: { code } });

/** What becomes of each subscription, in their order, and with which code each connection before is closed. */
interface Plan {
  closes?: number[];
  streams: (() => AsyncGenerator<ExecutionResult>)[];
}

let server: WebSocketServer;
let connection: Connection;
let unauthorized = 0;

async function serve({ closes = [], streams }: Plan): Promise<void> {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  useServer(
    {
      // The plan answers; nothing is looked up in a schema.
      onSubscribe: (_context, _id, { query }) => ({ schema: new GraphQLSchema({}), document: parse(query) }),
      onConnect: ({ extra }) => {
        const code = closes.shift();
        if (code !== undefined) extra.socket.close(code, 'trouble');
        return code === undefined;
      },
      subscribe: () => Promise.resolve(streams.shift()!()),
    },
    server,
  );
  unauthorized = 0;
  const { port } = server.address() as AddressInfo;
  connection = makeConnection(`ws://127.0.0.1:${String(port)}`, () => unauthorized++);
}

afterEach(() => {
  connection.close();
  for (const client of server.clients) client.terminate();
  server.close();
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

/* eslint-disable @typescript-eslint/require-await */
async function* values(...data: number[]): AsyncGenerator<ExecutionResult> {
  for (const a of data) yield { data: { a } };
}
async function* breaks(...data: number[]): AsyncGenerator<ExecutionResult> {
  yield* values(...data);
  throw refusal('DATABASE_AWAY');
}
async function* answers(error: GraphQLError): AsyncGenerator<ExecutionResult> {
  yield { errors: [error] };
}
/* eslint-enable @typescript-eslint/require-await */

it.each([4500, 1011, 1013, 1012])('begins anew after a connection that was closed with %d', async (code) => {
  await serve({ closes: [code, code], streams: [() => values(7)] });
  const { told } = read();
  await expect.poll(() => told, { timeout: 10_000 }).toEqual({ values: [7], refusals: [], ends: 1 });
});

it('begins anew when the database went away under it, and says nothing twice', async () => {
  await serve({
    streams: [() => breaks(1), () => answers(refusal('DATABASE_AWAY')), () => values(2, 3)],
  });
  const { told } = read();
  await expect.poll(() => told, { timeout: 10_000 }).toEqual({ values: [1, 2, 3], refusals: [], ends: 1 });
});

it('takes any other refusal for an answer', async () => {
  const streams = [
    async function* () {
      yield* values(1);
      throw refusal('NO_SUCH_RUN');
    },
    () => values(2),
  ];
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
