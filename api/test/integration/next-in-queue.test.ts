import { afterAll, beforeAll, expect, test } from 'vitest';
import { newDatabase } from '@sequencer/testing/api/running-api';
import { makeLog } from '../../src/lib/log.ts';
import { nextInQueue, type NumberRequest } from '../../src/runs/next-in-queue.ts';
import { SequencerStates } from '../../src/runs/sequencer-states.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openDatabase(await newDatabase(), makeLog('silent'));
  await new SequencerStates(database.db, ['satp1']).register();
});
afterAll(() => database.close());

const next = (known?: NumberRequest, sequencer = 'satp1') =>
  database.db.transaction((tx) => nextInQueue(tx, sequencer, known));

test('assigns each number once, also to concurrent callers', async () => {
  const assigned = await Promise.all(Array.from({ length: 20 }, () => next()));
  const numbers = assigned.map(({ number }) => number).sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test('keeps the numbers of objects that a restored database does not have, in any order, and gives none of them again', async () => {
  expect(await next({ own: 40, highest: 42 })).toEqual({ number: 40, place: 1, length: 0 });
  expect(await next({ highest: 42 })).toMatchObject({ number: 43 });
  expect(await next({ own: 35, highest: 42 })).toMatchObject({ number: 35 });
  expect(await next()).toMatchObject({ number: 44 });
});

test('assigns as many numbers as there are new runs', async () => {
  const several = await database.db.transaction((tx) => nextInQueue(tx, 'satp1', { count: 3 }));
  const after = await next();
  expect(after.number).toBe(several.number + 3);
});

test('fails for a sequencer that is not in the database', async () => {
  await expect(next({}, 'lat')).rejects.toThrow('lat is not in the database');
});
