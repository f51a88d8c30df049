/** Transactions on connections of the pool, so that none stays in use after an error. */
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';

/**
 * Drizzle on the pool. Drizzle's own `transaction` never returns the connection if `begin` fails, and returns one to the pool
 * that is still busy if `rollback` fails (drizzle-orm issues 6114 and 6241). After ten such errors no query would run any more.
 */
export function drizzleOnPool(pool: pg.Pool): NodePgDatabase {
  const db = drizzle(pool);
  db.transaction = async (run, config) => {
    const client = await pool.connect();
    let isBroken = false;
    try {
      return await drizzle(client).transaction(run, config);
    } catch (error) {
      isBroken = error instanceof DrizzleQueryError && /^(begin|rollback)/.test(error.query);
      throw error;
    } finally {
      client.release(isBroken);
    }
  };
  return db;
}
