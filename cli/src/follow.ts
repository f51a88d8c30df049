/** Follows the output of a run to its end: each piece once, in order, across reconnects. */
import type { Api } from './api.ts';
import { CommandError, EXIT } from './errors.ts';

export interface Output {
  seq: number;
  stream: 'STDOUT' | 'STDERR';
  text: string;
  at: string;
}

const OUTPUT = 'subscription ($run: ID!, $after: Int!) { output(run: $run, after: $after) { seq stream text at } }';

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
  try {
    await new Promise<void>((resolve, reject) => {
      socket.subscribe<{ output: Output[] }>(
        { query: OUTPUT, variables },
        {
          next: ({ data, errors }) => {
            const [error] = errors ?? [];
            if (error) reject(new CommandError(error.message, EXIT.refused, 'INTERNAL'));
            for (const piece of data?.output ?? []) {
              if (piece.seq <= last) continue;
              last = piece.seq;
              onOutput(piece);
            }
          },
          error: (error) => {
            const text = Array.isArray(error) ? (error[0] as { message: string }).message : String(error);
            reject(new CommandError(text, EXIT.refused, 'INTERNAL'));
          },
          complete: resolve,
        },
      );
    });
  } finally {
    await socket.dispose();
  }
}
