/** Subscriptions that survive reconnects. Each piece of output arrives once and in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'graphql-ws';
import type { Api } from './api.ts';
import { commandError, type ServerError } from './errors.ts';

export interface Output {
  seq: number;
  stream: 'STDOUT' | 'STDERR';
  text: string;
  at: string;
}

const OUTPUT = 'subscription ($run: ID!, $after: Int!) { output(run: $run, after: $after) { seq stream text at } }';

const RETRY_MS = 500;
/** The close code of a websocket whose client has to sign in. */
const UNAUTHORIZED = 4401;
const SIGNED_OUT = { message: 'You are not signed in.', extensions: { code: 'UNAUTHENTICATED' } };

/** Resolves after the last piece of a run that has ended. */
export async function followOutput(api: Api, run: string, onOutput: (piece: Output) => void): Promise<void> {
  let last = 0;
  const variables = {
    run,
    // Read at each reconnect.
    get after() {
      return last;
    },
  };
  const next = ({ output }: { output: Output[] }) => {
    for (const piece of output) {
      if (piece.seq <= last) continue;
      last = piece.seq;
      onOutput(piece);
    }
  };
  await follow(api, { query: OUTPUT, variables, next });
}

export interface Subscription<T> {
  query: string;
  variables: Record<string, unknown>;
  next: (data: T) => void;
}

/** Subscribes again after each disconnect. Resolves when the server completes the subscription. */
export async function follow<T>(api: Api, subscription: Subscription<T>): Promise<void> {
  const socket = api.socket();
  try {
    while (!(await followOnce(socket, subscription))) await sleep(RETRY_MS);
  } finally {
    await socket.dispose();
  }
}

/** Resolves to true when the server completed the subscription, and to false when it has to be repeated. */
function followOnce<T>(socket: Client, { query, variables, next }: Subscription<T>) {
  return new Promise<boolean>((resolve, reject) => {
    const fail = (reported: ServerError) => {
      const error = commandError(reported);
      if (error.code === 'DATABASE_AWAY') resolve(false);
      else reject(error);
    };
    socket.subscribe<T>(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (errors?.[0]) fail(errors[0]);
          if (data) next(data);
        },
        error: (error) => {
          if (Array.isArray(error)) fail(error[0] as ServerError);
          else if (error instanceof CloseEvent && error.code === UNAUTHORIZED) fail(SIGNED_OUT);
          // graphql-ws takes this close code for fatal; the subscription is repeated nevertheless.
          else resolve(false);
        },
        complete: () => {
          resolve(true);
        },
      },
    );
  });
}
