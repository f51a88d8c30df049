/** Subscriptions that outlive reconnects: the output of a run, each piece once and in order, and its state. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'graphql-ws';
import type { Api } from './api.ts';
import { CommandError, EXIT } from './errors.ts';

export interface Output {
  seq: number;
  stream: 'STDOUT' | 'STDERR';
  text: string;
  at: string;
}

const OUTPUT = 'subscription ($run: ID!, $after: Int!) { output(run: $run, after: $after) { seq stream text at } }';

const AGAIN_MS = 500;
/** Of a websocket: the server's word for "sign in first". */
const UNAUTHORIZED = 4401;

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
    while (!(await followOnce(socket, subscription))) await sleep(AGAIN_MS);
  } finally {
    await socket.dispose();
  }
}

interface Refusal {
  message: string;
  extensions?: { code?: unknown };
}

/** True when the server completed it; false when it could not continue. */
function followOnce<T>(socket: Client, { query, variables, next }: Subscription<T>) {
  return new Promise<boolean>((resolve, reject) => {
    const refused = ({ message, extensions }: Refusal) => {
      if (extensions?.code === 'DATABASE_AWAY') resolve(false);
      else reject(new CommandError(message, EXIT.refused, 'INTERNAL'));
    };
    socket.subscribe<T>(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (errors?.[0]) refused(errors[0]);
          if (data) next(data);
        },
        error: (error) => {
          if (Array.isArray(error)) refused(error[0] as Refusal);
          else if (error instanceof CloseEvent && error.code === UNAUTHORIZED) refused({ message: 'Sign in first.' });
          // The connection was closed with a code that the library takes for final.
          else resolve(false);
        },
        complete: () => {
          resolve(true);
        },
      },
    );
  });
}
