/** A real server of subscriptions that closes connections and fails subscriptions as the test plans it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GraphQLError, GraphQLSchema, parse, type ExecutionResult } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

type Stream = AsyncGenerator<ExecutionResult>;
type Data = Record<string, unknown>;

/** Close codes of the first connections, and the results of each subscription, in order. */
export interface Plan {
  closes?: number[];
  streams: (() => Stream)[];
}

export class TroubledServer {
  readonly url: string;
  readonly #sockets: WebSocketServer;

  private constructor(sockets: WebSocketServer) {
    this.#sockets = sockets;
    this.url = `ws://127.0.0.1:${String((sockets.address() as AddressInfo).port)}`;
  }

  static async start({ closes = [], streams }: Plan): Promise<TroubledServer> {
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(sockets, 'listening');
    useServer(
      {
        // The plan has the results; no schema is needed.
        onSubscribe: (_context, _id, { query }) => ({ schema: new GraphQLSchema({}), document: parse(query) }),
        onConnect: ({ extra }) => {
          const code = closes.shift();
          if (code !== undefined) extra.socket.close(code, 'trouble');
          return code === undefined;
        },
        subscribe: () => {
          const stream = streams.shift();
          if (!stream) throw new Error('the plan has no further subscription');
          return Promise.resolve(stream());
        },
      },
      sockets,
    );
    return new TroubledServer(sockets);
  }

  stop(): void {
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
  }
}

const errorOf = (code: string) => new GraphQLError(`It is ${code}.`, { extensions: { code } });

/** Yields each in a turn of its own, as from a network. */
async function* inTurns(results: Iterable<ExecutionResult>): Stream {
  for (const result of results) {
    await nextTurn();
    yield result;
  }
}

export function sends(...all: Data[]): Stream {
  return inTurns(all.map((data) => ({ data })));
}

export function refuses(code: string): Stream {
  return inTurns([{ errors: [errorOf(code)] }]);
}

export async function* breaksOff(code: string, ...all: Data[]): Stream {
  yield* sends(...all);
  await nextTurn();
  throw errorOf(code);
}
