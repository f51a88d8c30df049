/**
 * A connection to the database that is held open, and asked all the time whether somebody is there. A machine that is lost
 * sends no end of its connections: whoever waits for an answer on one would wait for minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const EVERY_MS = 2000;
/** So many seconds without an answer mean that nobody is there: an overloaded server still answers this. */
const SILENT_S = 5;
const CLOSED_WITHIN_MS = 1000;

/** The server did not say that the connection has ended, and does not answer any more. */
export class DatabaseSilent extends Error {
  constructor() {
    super(`the database has not answered for ${String(SILENT_S)} s`);
  }
}

export interface HeldConnection {
  url: string;
  /** As PostgreSQL lists it. */
  name: string;
  signal: AbortSignal;
  /** It is there, and answers. */
  begun: (client: pg.Client) => Promise<void> | void;
}

/** Until the connection ends or the signal comes. Throws DatabaseSilent, and what connecting throws. */
export async function holdConnection({ url, name, signal, begun }: HeldConnection): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: name, connectionTimeoutMillis: 5000 });
  const ended = new AbortController();
  client.once('end', () => {
    ended.abort();
  });
  client.on('error', () => {
    ended.abort();
  });
  const over = AbortSignal.any([signal, ended.signal]);
  try {
    await client.connect();
    await begun(client);
    while (!over.aborted) {
      await answer(client, over);
      await sleep(EVERY_MS, undefined, { signal: over }).catch(() => undefined);
    }
  } finally {
    // Ends at once where something is under way; else the server has to agree, and it may be lost.
    await Promise.race([client.end().catch(() => undefined), sleep(CLOSED_WITHIN_MS)]);
  }
}

async function answer(client: pg.Client, over: AbortSignal): Promise<void> {
  // That the connection has ended is seen by itself.
  const asked = client.query('select 1').catch(() => undefined);
  // Second by second: a process that stood still itself counts one of them, and then reads the answer.
  for (let silent = 0; silent < SILENT_S; silent++) {
    const waited = sleep(1000, 'silent' as const, { signal: over }).catch(() => undefined);
    if ((await Promise.race([asked, waited])) !== 'silent') return;
  }
  throw new DatabaseSilent();
}
