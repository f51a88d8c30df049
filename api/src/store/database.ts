/** Opens the database: runs the migrations under a lock, and creates the connection pool. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SequencerError } from '@sequencer/model';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { z } from 'zod';
import type { Logger } from '../lib/log.ts';
import { packageFile } from '../lib/package-file.ts';
import { retryWhileUnreachable } from './retry.ts';
import { sqlStateOf } from './errors.ts';
import { watchedPool } from './pool.ts';
import { foldSearchWords } from './search-words.ts';
import { drizzleOnPool } from './transactions.ts';

export { asSequencerError, isDatabaseUnreachable, violatedConstraint } from './errors.ts';

export type Db = NodePgDatabase;

export interface Database {
  db: Db;
  /** Throws when the database does not respond, and DATABASE_REPLACED when it does not have the tables any more. */
  checkReady: () => Promise<void>;
  close: () => Promise<void>;
}

const FOLDER = packageFile('migrations');
/** PostgreSQL 16. */
const OLDEST_SERVER = 160_000;
/** The advisory lock under which one process at a time migrates: "SEQR". */
const LOCK = 0x53455152;

export async function openDatabase(url: string, log: Logger): Promise<Database> {
  await retryWhileUnreachable(log, () => migrateUnderLock(url));
  const newest = newestMigration();
  const { pool, close } = watchedPool(url, log);
  return {
    db: drizzleOnPool(pool),
    checkReady: () => checkSchema(pool, newest),
    close,
  };
}

/** On a separate connection without a query timeout: a migration of a large table takes long. */
async function migrateUnderLock(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: 'sequencer-api-migrations',
    // A lost server is detected within 20 s.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // A pending query rejects as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    try {
      refuseOldServer(await versionOf(client));
      await refuseNewerSchema(client);
      await migrate(drizzle(client), { migrationsFolder: FOLDER });
      await foldSearchWords(client);
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    await client.end();
  }
}

const journalSchema = z.object({ entries: z.array(z.object({ when: z.number() })) });

/** The server version as a number: 160004 is 16.4. */
async function versionOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  return rows[0]?.version ?? 0;
}

/** Throws DATABASE_TOO_OLD. */
export function refuseOldServer(version: number): void {
  if (version >= OLDEST_SERVER) return;
  const found = `${String(Math.floor(version / 10_000))}.${String(version % 10_000)}`;
  throw new SequencerError(
    'DATABASE_TOO_OLD',
    `The database server is PostgreSQL ${found}. Sequencer requires PostgreSQL 16 or newer.`,
  );
}

/** The time of the newest migration of this version. */
function newestMigration(): number {
  const journal = journalSchema.parse(JSON.parse(readFileSync(join(FOLDER, 'meta/_journal.json'), 'utf8')));
  return Math.max(...journal.entries.map((entry) => entry.when));
}

const MISSING_TABLE = /^(42P01|3F000)$/;

/** A newer version may have migrated the database already. Its tables still have what this version reads. */
async function checkSchema(pool: pg.Pool, newest: number): Promise<void> {
  const text = 'select from drizzle.__drizzle_migrations where created_at = $1';
  const { rowCount } = await pool.query(text, [newest]).catch((error: unknown) => {
    if (MISSING_TABLE.test(sqlStateOf(error) ?? '')) return { rowCount: 0 };
    throw error;
  });
  if (rowCount === 0) throw new SequencerError('DATABASE_REPLACED');
}

async function refuseNewerSchema(client: pg.Client): Promise<void> {
  const known = await client.query<{ there: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
  );
  if (!known.rows[0]?.there) return;
  const newest = await client.query<{ newest: string | null }>(
    'select max(created_at) as newest from drizzle.__drizzle_migrations',
  );
  if (Number(newest.rows[0]?.newest ?? 0) > newestMigration()) throw new SequencerError('DATABASE_NEWER');
}
