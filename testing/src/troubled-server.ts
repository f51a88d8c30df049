/** For tests: a real server of subscriptions that closes connections, refuses and breaks off as it is told to. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GraphQLError, GraphQLSchema, parse, type ExecutionResult } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

type Stream = AsyncGenerator<ExecutionResult>;
type Data = Record<string, unknown>;

/** With which code each connection is closed, before one is not; and what becomes of each subscription, in their order. */
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
        // The plan answers; nothing is looked up in a schema.
        onSubscribe: (_context, _id, { query }) => ({ schema: new GraphQLSchema({}), document: parse(query) }),
        onConnect: ({ extra }) => {
          const code = closes.shift();
          if (code !== undefined) extra.socket.close(code, 'trouble');
          return code === undefined;
        },
        subscribe: () => {
          const stream = streams.shift();
          if (!stream) throw new Error('nothing is planned for another subscription');
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

const refusal = (code: string) => new GraphQLError(`It is ${code}.`, { extensions: { code } });

/** Each in a turn of its own, as they come from a network. */
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
  return inTurns([{ errors: [refusal(code)] }]);
}

export async function* breaksOff(code: string, ...all: Data[]): Stream {
  yield* sends(...all);
  await nextTurn();
  throw refusal(code);
}
