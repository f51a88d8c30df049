/** A transaction that cannot begin or roll back must not keep its connection. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newDatabase } from '@sequencer/testing/api/running-api';
import { makeLog } from '../../src/lib/log.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';

/** More than the pool has. */
const TIMES = 12;

let database: Database;
beforeAll(async () => {
  database = await openDatabase(await newDatabase(), makeLog('silent'));
});
afterAll(() => database.close());

async function stillWorks(): Promise<void> {
  const { db } = database;
  const begun = performance.now();
  await Promise.all(Array.from({ length: TIMES }, () => db.transaction((tx) => tx.execute(sql`select 1`))));
  expect(performance.now() - begun).toBeLessThan(4000);
}

test('a begin that fails', async () => {
  const { db } = database;
  const refused = { isolationLevel: 'nonsense' as 'serializable' };
  for (let n = 0; n < TIMES; n++) {
    await expect(db.transaction(() => Promise.resolve(), refused)).rejects.toThrow(/begin isolation level nonsense/);
  }
  await stillWorks();
});

test('a connection that is cut within the transaction', async () => {
  const { db } = database;
  for (let n = 0; n < TIMES; n++) {
    const cut = db.transaction((tx) => tx.execute(sql`select pg_terminate_backend(pg_backend_pid())`));
    await expect(cut).rejects.toThrow();
  }
  await stillWorks();
});

test('an error of the caller rolls back, and keeps the connection', async () => {
  const { db } = database;
  const pid = async () => (await db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)).rows[0]?.pid;
  const before = await pid();
  const failing = db.transaction(async (tx) => {
    await tx.execute(sql`create table rolled_back ()`);
    throw new Error('refused');
  });
  await expect(failing).rejects.toThrow('refused');
  expect((await db.execute(sql`select to_regclass('rolled_back') as found`)).rows).toEqual([{ found: null }]);
  expect(await pid()).toBe(before);
});
