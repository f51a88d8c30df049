/** A scheduler that answers immediately, with a script that prints when its first line ran. All clocks are of one machine. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const COMMANDS = 'import time; print("FIRST", time.time() * 1000)\n';

export interface InstantScheduler {
  url: string;
  close: () => void;
}

export async function startInstantScheduler(): Promise<InstantScheduler> {
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ status: 'ok', commands: COMMANDS }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** When the first line ran, from the output of the script; null before. */
export function firstLineAt(output: string): number | null {
  const at = /FIRST ([\d.]+)/.exec(output)?.[1];
  return at === undefined ? null : Number(at);
}
