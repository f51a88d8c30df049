/** The connections that statements use, and who notices when the server behind them is lost without a word. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BackOff } from '@sequencer/kubernetes/back-off';
import pg from 'pg';
import type { Logger } from '../lib/log.ts';
import { DatabaseSilentError, holdConnection } from './held-connection.ts';

export interface WatchedPool {
  pool: pg.Pool;
  close: () => Promise<void>;
}

/** Once the server has been away, connections from before that are given up: what waits for an answer fails at once. */
export function watchedPool(url: string, log: Logger): WatchedPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5000,
    application_name: 'sequencer-api',
    // For a statement that is too slow; a lost server is noticed earlier.
    query_timeout: 30_000,
  });
  const open = new Map<pg.PoolClient, { since: number; used: boolean }>();
  // An idle connection that breaks is replaced at the next query.
  pool.on('error', (error) => {
    log.warn({ err: error }, 'a database connection broke');
  });
  pool.on('connect', (client) => {
    open.set(client, { since: performance.now(), used: true });
    client.once('end', () => open.delete(client));
    // A connection may break in the middle of a transaction, between two statements: the next one fails, and is told.
    client.on('error', (error) => {
      log.warn({ err: error }, 'a database connection broke in use');
    });
  });
  pool.on('acquire', (client) => {
    const state = open.get(client);
    if (state) state.used = true;
  });
  pool.on('release', (_error, client) => {
    const state = open.get(client);
    if (state) state.used = false;
  });

  const closeOlderThan = (time: number): void => {
    for (const [client, { since, used }] of open) {
      if (since > time) continue;
      open.delete(client);
      // The pool takes an idle one out when it is told of an error; one in use ends with what waits on it.
      if (used) void client.end().catch(() => undefined);
      else client.emit('error', new Error('its server is lost'));
    }
  };
  const stopped = new AbortController();
  const watching = watch(url, log, stopped.signal, closeOlderThan);
  return {
    pool,
    close: async () => {
      stopped.abort();
      await Promise.all([watching, pool.end()]);
    },
  };
}

/** Until stopped. `lost`: what was connected before then is not to be trusted; told at the silence, and when it is over. */
async function watch(url: string, log: Logger, signal: AbortSignal, onLost: (before: number) => void): Promise<void> {
  const backOff = new BackOff(100, 3000);
  let unreachableSince: number | null = null;
  const onConnect = (): void => {
    backOff.reset();
    if (unreachableSince !== null) onLost(unreachableSince);
    unreachableSince = null;
  };
  while (!signal.aborted) {
    try {
      await holdConnection({ url, name: 'sequencer-api-watch', signal, onConnect });
    } catch (error) {
      log.warn({ err: error }, 'the database is unreachable');
      if (error instanceof DatabaseSilentError) onLost(performance.now());
    }
    unreachableSince ??= performance.now();
    await sleep(backOff.next(), undefined, { signal }).catch(() => undefined);
  }
}
