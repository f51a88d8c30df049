/** The connection pool, and a watch that detects a server that was lost without closing its connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BackOff } from '@sequencer/kubernetes/back-off';
import pg from 'pg';
import type { Logger } from '../lib/log.ts';
import { DatabaseSilentError, holdConnection } from './held-connection.ts';

export interface WatchedPool {
  pool: pg.Pool;
  close: () => Promise<void>;
}

/** After an outage of the server, older connections are closed. Queries that wait on them fail immediately. */
export function watchedPool(url: string, log: Logger): WatchedPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5000,
    application_name: 'sequencer-api',
    // For slow statements. A lost server is detected earlier.
    query_timeout: 30_000,
  });
  const open = new Map<pg.PoolClient, { since: number; used: boolean }>();
  // An idle connection that breaks is replaced at the next query.
  pool.on('error', (error) => {
    log.warn({ err: error }, 'idle database connection failed');
  });
  pool.on('connect', (client) => {
    open.set(client, { since: performance.now(), used: true });
    client.once('end', () => open.delete(client));
    // A connection may fail within a transaction, between two statements. The next statement reports the error.
    client.on('error', (error) => {
      log.warn({ err: error }, 'database connection failed while in use');
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
      // The pool removes an idle client on an error event. Ending a client in use rejects its pending query.
      if (used) void client.end().catch(() => undefined);
      else client.emit('error', new Error('the database server was lost'));
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

/** Runs until aborted. Calls `onLost` with a time before which connections are stale: at a silence, and after each outage. */
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
