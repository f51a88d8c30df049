/** A run whose runner is connected to another replica: this one follows it from the store. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { isFinal } from '@sequencer/model';
import { makeLog } from '../../src/lib/log.ts';
import { Follower } from '../../src/backends/kubernetes/replicas/follower.ts';
import { LiveRuns } from '../../src/runs/live-runs.ts';
import { SequencerStates } from '../../src/runs/sequencer-states.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { findRun } from '../../src/store/run-store.ts';
import { runs } from '../../src/store/schema.ts';
import { FIRST_RECORD, FIRST_RUN } from '@sequencer/testing/api/first-record';
import { newDatabase } from '@sequencer/testing/api/running-api';

let database: Database;
let follower: Follower;
let liveRuns: LiveRuns;

beforeAll(async () => {
  database = await openDatabase(await newDatabase(), makeLog('silent'));
  const { db } = database;
  await db.execute(FIRST_RECORD);
  await db.update(runs).set({ phase: 'RUNNING' });
  liveRuns = new LiveRuns(db);
  const sequencerStates = new SequencerStates(db, ['satp1']);
  follower = new Follower({ db, log: makeLog('silent'), liveRuns, sequencerStates, isConnectedHere: () => false });
});
afterAll(async () => {
  await follower.close();
  await database.close();
});

test('ends a run whose runner was killed, without a final event', async () => {
  const { db } = database;
  const live = await liveRuns.open((await findRun(db, FIRST_RUN))!);
  await follower.catchUp(live);
  expect(isFinal(live.phase)).toBe(false);

  // The other replica stores the outcome from the cluster.
  await db.update(runs).set({ phase: 'KILLED', reason: 'The runner was killed.' }).where(eq(runs.id, FIRST_RUN));
  follower.follow(FIRST_RUN);
  await expect.poll(() => live.phase).toBe('KILLED');
  expect(live.reason).toBe('The runner was killed.');
  expect(live.view.lastSeq).toBe(1);
});
