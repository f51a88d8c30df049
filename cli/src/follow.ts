/** Follows the output of a run to its end: each piece once, in order, across reconnects. */
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
  const socket = api.socket();
  let last = 0;
  const variables = {
    run,
    // Read at each reconnect.
    get after() {
      return last;
    },
  };
  const take = (piece: Output) => {
    if (piece.seq <= last) return;
    last = piece.seq;
    onOutput(piece);
  };
  try {
    while (!(await followOnce(socket, variables, take))) await sleep(AGAIN_MS);
  } finally {
    await socket.dispose();
  }
}

interface Refusal {
  message: string;
  extensions?: { code?: unknown };
}

/** Whether the end was reached; not, when only the server's state was in the way. */
function followOnce(socket: Client, variables: Record<string, unknown>, take: (piece: Output) => void) {
  return new Promise<boolean>((resolve, reject) => {
    const refused = ({ message, extensions }: Refusal) => {
      if (extensions?.code === 'DATABASE_AWAY') resolve(false);
      else reject(new CommandError(message, EXIT.refused, 'INTERNAL'));
    };
    socket.subscribe<{ output: Output[] }>(
      { query: OUTPUT, variables },
      {
        next: ({ data, errors }) => {
          if (errors?.[0]) refused(errors[0]);
          data?.output.forEach(take);
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
