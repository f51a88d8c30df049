/**
 * A database connection that is held open and polled. A lost machine does not close its TCP connections, so a query would
 * otherwise wait for minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const CHECK_EVERY_MS = 2000;
/** The server is considered lost after this time without a reply. An overloaded server still replies to `select 1`. */
const SILENCE_LIMIT_S = 5;
const CLOSE_TIMEOUT_MS = 1000;

/** The server no longer replies, and did not close the connection. */
export class DatabaseSilentError extends Error {
  constructor() {
    super(`the database has not replied for ${String(SILENCE_LIMIT_S)} s`);
  }
}

export interface HeldConnection {
  url: string;
  /** The application name in `pg_stat_activity`. */
  name: string;
  signal: AbortSignal;
  /** Called when the connection is established. */
  onConnect: (client: pg.Client) => Promise<void> | void;
}

/** Resolves when the connection ends or the signal aborts. Throws DatabaseSilentError, and errors of connecting. */
export async function holdConnection({ url, name, signal, onConnect }: HeldConnection): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: name, connectionTimeoutMillis: 5000 });
  const ended = new AbortController();
  client.once('end', () => {
    ended.abort();
  });
  client.on('error', () => {
    ended.abort();
  });
  const closing = AbortSignal.any([signal, ended.signal]);
  try {
    await client.connect();
    await onConnect(client);
    while (!closing.aborted) {
      await checkAnswer(client, closing);
      await sleep(CHECK_EVERY_MS, undefined, { signal: closing }).catch(() => undefined);
    }
  } finally {
    // With a query in progress this closes immediately. Otherwise the server has to acknowledge, and it may be lost.
    await Promise.race([client.end().catch(() => undefined), sleep(CLOSE_TIMEOUT_MS)]);
  }
}

async function checkAnswer(client: pg.Client, over: AbortSignal): Promise<void> {
  // The end of the connection is handled by its own event.
  const reply = client.query('select 1').catch(() => undefined);
  // In steps of one second: a process that was suspended itself counts one step, and then reads the reply.
  for (let seconds = 0; seconds < SILENCE_LIMIT_S; seconds++) {
    const timeout = sleep(1000, 'timeout' as const, { signal: over }).catch(() => undefined);
    if ((await Promise.race([reply, timeout])) !== 'timeout') return;
  }
  throw new DatabaseSilentError();
}
