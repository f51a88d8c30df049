/** An API that starts while its database is unreachable or slow waits for it, and does not end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { SilentNetwork } from '@sequencer/testing/api/silent-network';
import { TOKEN, newDatabase } from '@sequencer/testing/api/running-api';

interface Line {
  msg: string;
  err?: { message: string };
}

/** The log of a new process until the line. Then stops the process, which has to end without an error. */
async function logUntil(databaseUrl: string, isLast: (line: Line) => boolean): Promise<Line[]> {
  const env = { ...process.env, PORT: '0', DATABASE_URL: databaseUrl, RUNNER_TOKEN: TOKEN, USER_NAME: 'tester' };
  const main = join(import.meta.dirname, '../../src/main.ts');
  const api = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(api, 'exit');
  const log: Line[] = [];
  for await (const text of createInterface({ input: api.stdout })) {
    const line = JSON.parse(text) as Line;
    log.push(line);
    if (!isLast(line)) continue;
    api.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    return log;
  }
  throw new Error(`the API ended with ${String(await ended)} after ${JSON.stringify(log)}`);
}

const isWaiting = ({ msg }: Line) => msg.startsWith('waiting for the database');

test.each([
  ['its first connections', (number: number) => number <= 2, ['timeout expired', 'timeout expired']],
  // The first connection is for migrations. The pool, and the watch for a lost server, connect after it.
  ['the next connections', (number: number) => number === 2 || number === 3, ['Database statement failed.']],
])('waits for a database that accepts %s without a reply', { timeout: 60_000 }, async (_what, isSilent, messages) => {
  const network = await SilentNetwork.before(await newDatabase(), isSilent);
  const log = await logUntil(network.url, ({ msg }) => msg === 'listening');
  expect(log.filter(isWaiting).map(({ err }) => err?.message)).toEqual(messages);
  network.close();
});

test('ends when it is stopped while it waits', { timeout: 60_000 }, async () => {
  const network = await SilentNetwork.before(await newDatabase(), () => true);
  await logUntil(network.url, isWaiting);
  network.close();
});
