/** The migrations under a lock, and what counts as "the database is away". */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SequencerError } from '@sequencer/model';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { z } from 'zod';
import type { Logger } from '../log.ts';
import { ownFile } from '../own-file.ts';
import { untilDone } from '../runs/retry.ts';
import { watchedPool } from './pool.ts';
import * as schema from './schema.ts';

export type Db = NodePgDatabase<typeof schema>;

export interface Database {
  db: Db;
  /** Throws when the database does not answer. */
  ping: () => Promise<void>;
  close: () => Promise<void>;
}

const FOLDER = ownFile('migrations');
/** A database that is started together with the API may take so long; a probe of a cluster's pod waits longer. */
const THERE_WITHIN_MS = 100_000;
/** The advisory lock under which one process at a time migrates: "SEQR". */
const LOCK = 0x53455152;

export async function openDatabase(url: string, log: Logger): Promise<Database> {
  await untilDone(
    AbortSignal.timeout(THERE_WITHIN_MS),
    () => migrateUnderLock(url),
    (error) => {
      if (!isDatabaseAway(error)) throw error;
      log.warn({ err: String(error) }, 'the database is not there yet; it is waited for');
    },
  );
  const { pool, close } = watchedPool(url, log);
  return {
    db: drizzle(pool, { schema }),
    ping: async () => {
      await pool.query('select 1');
    },
    close,
  };
}

/** On a connection of its own, which may take as long as a large table needs. */
async function migrateUnderLock(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: 'sequencer-api-migrations',
    // Whoever waits for a server that is lost is told in 20 s.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // What is under way fails by itself.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    try {
      await refuseNewerSchema(client);
      await migrate(drizzle(client), { migrationsFolder: FOLDER });
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    await client.end();
  }
}

const journalSchema = z.object({ entries: z.array(z.object({ when: z.number() })) });

async function refuseNewerSchema(client: pg.Client): Promise<void> {
  const known = await client.query<{ there: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  );
  if (!known.rows[0]?.there) return;
  const newest = await client.query<{ newest: string | null }>(
    'select max(created_at) as newest from drizzle.__drizzle_migrations',
  );
  const journal = journalSchema.parse(JSON.parse(readFileSync(join(FOLDER, 'meta/_journal.json'), 'utf8')));
  const own = Math.max(...journal.entries.map((entry) => entry.when));
  if (Number(newest.rows[0]?.newest ?? 0) > own) {
    throw new SequencerError('DATABASE_NEWER');
  }
}

/** Connection trouble and shutdown of the server, as opposed to a statement that is wrong. */
const AWAY = /^(08...|57P0[1235]|53300|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EPIPE|ENOENT|EHOSTUNREACH)$/;
const AWAY_TEXT =
  /connection terminated|connection ended|client has encountered a connection error|timeout exceeded when trying to connect|query read timeout|not queryable|not currently accepting connections/i;

/** Whether the error, or what caused it, says that the database cannot be reached. */
export function isDatabaseAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && AWAY.test(cause.code)) return true;
    if (AWAY_TEXT.test(cause.message)) return true;
    if (cause instanceof AggregateError && cause.errors.some(isDatabaseAway)) return true;
  }
  return false;
}

/** The violated constraint's name, or null when the error is another one. */
export function violatedConstraint(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === '23505' && 'constraint' in cause && typeof cause.constraint === 'string') {
      return cause.constraint;
    }
  }
  return null;
}

export function asSequencerError(error: unknown): SequencerError | null {
  if (error instanceof SequencerError) return error;
  return isDatabaseAway(error) ? new SequencerError('DATABASE_AWAY') : null;
}
