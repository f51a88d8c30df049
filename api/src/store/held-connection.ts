/**
 * A connection to the database that is held open, and asked all the time whether somebody is there. A machine that is lost
 * sends no end of its connections: whoever waits for an answer on one would wait for minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const CHECK_EVERY_MS = 2000;
/** So many seconds without an answer mean that nobody is there: an overloaded server still answers this. */
const SILENCE_LIMIT_S = 5;
const CLOSE_TIMEOUT_MS = 1000;

/** The server did not say that the connection has ended, and does not answer any more. */
export class DatabaseSilentError extends Error {
  constructor() {
    super(`the database has not answered for ${String(SILENCE_LIMIT_S)} s`);
  }
}

export interface HeldConnection {
  url: string;
  /** As PostgreSQL lists it. */
  name: string;
  signal: AbortSignal;
  /** It is there, and answers. */
  onConnect: (client: pg.Client) => Promise<void> | void;
}

/** Until the connection ends or the signal comes. Throws DatabaseSilent, and what connecting throws. */
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
    // Ends at once where something is under way; else the server has to agree, and it may be lost.
    await Promise.race([client.end().catch(() => undefined), sleep(CLOSE_TIMEOUT_MS)]);
  }
}

async function checkAnswer(client: pg.Client, over: AbortSignal): Promise<void> {
  // That the connection has ended is seen by itself.
  const reply = client.query('select 1').catch(() => undefined);
  // Second by second: a process that stood still itself counts one of them, and then reads the answer.
  for (let silent = 0; silent < SILENCE_LIMIT_S; silent++) {
    const waited = sleep(1000, 'silent' as const, { signal: over }).catch(() => undefined);
    if ((await Promise.race([reply, waited])) !== 'silent') return;
  }
  throw new DatabaseSilentError();
}
