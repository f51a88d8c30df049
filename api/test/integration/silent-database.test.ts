/** A database server whose machine is lost sends nothing, not even the end of a connection. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeLog } from '../../src/lib/log.ts';
import { isDatabaseUnreachable, openDatabase, type Database } from '../../src/store/database.ts';
import { newDatabase } from '@sequencer/testing/api/running-api';
import { SilentNetwork } from '@sequencer/testing/api/silent-network';

let network: SilentNetwork;
let database: Database;
beforeAll(async () => {
  network = await SilentNetwork.before(await newDatabase());
  database = await openDatabase(network.url, makeLog('silent'));
});
afterAll(async () => {
  await database.close();
  network.close();
});

test('pending queries fail soon, and later ones succeed immediately', { timeout: 120_000 }, async () => {
  const { db } = database;
  // Several connections. All but one are idle later.
  await Promise.all(Array.from({ length: 5 }, () => db.execute(sql`select pg_sleep(0.2)`)));
  const inside = Promise.withResolvers<undefined>();
  const transaction = db.transaction(async (tx) => {
    await tx.execute(sql`select 1`);
    network.loseConnections();
    inside.resolve(undefined);
    await tx.execute(sql`select 2`);
  });
  await inside.promise;
  const begun = performance.now();
  const error = await transaction.catch((reason: unknown) => reason);
  expect(isDatabaseUnreachable(error)).toBe(true);
  expect(performance.now() - begun).toBeLessThan(10_000);
  for (let n = 0; n < 10; n++) await db.execute(sql`select 3`);
  expect(performance.now() - begun).toBeLessThan(11_000);
});

test('a long statement on a live server is not interrupted', { timeout: 20_000 }, async () => {
  await database.db.execute(sql`select pg_sleep(12)`);
});
