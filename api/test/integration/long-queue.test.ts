/** A queue at its limit, and a database server that is too old. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { refuseOldServer } from '../../src/store/database.ts';
import { ask, newDatabase, start, submit } from '@sequencer/testing/api/running-api';

const FULL = 1000;
let api: Api;
let client: pg.Client;
beforeAll(async () => {
  const database = await newDatabase();
  api = await start(database, { SEQUENCERS: 'satp1,lat' });
  client = new pg.Client({ connectionString: database });
  await client.connect();
  const { errors } = await ask(
    api,
    'mutation ($inputs: [SubmitRunInput!]!, $copies: Int) { submitRuns(inputs: $inputs, copies: $copies) { id } }',
    { inputs: [{ sequencer: 'satp1', script: 'x = 1\n', start: 'QUEUED' }], copies: FULL },
  );
  expect(errors).toBeUndefined();
});
afterAll(async () => {
  await client.end();
  await api.close();
});

async function queue(first: number | null): Promise<string[]> {
  const { data } = await ask<{ sequencer: { queue: { id: string }[] } }>(
    api,
    'query ($first: Int) { sequencer(name: "satp1") { queue(first: $first) { id } } }',
    { first },
  );
  return data.sequencer.queue.map(({ id }) => id);
}

it('rejects a further run with QUEUE_FULL, and accepts runs of other sequencers', async () => {
  const { errors } = await submit(api, { start: 'QUEUED' });
  expect(errors?.[0]?.extensions.code).toBe('QUEUE_FULL');
  expect((await submit(api, { sequencer: 'lat', start: 'QUEUED' })).errors).toBeUndefined();
});

it('moves the last run to the front without a change of the others, and returns the requested number of runs', async () => {
  const before = await queue(null);
  expect(before).toHaveLength(FULL);
  const last = before.at(-1);
  const { errors } = await ask(api, 'mutation ($run: ID!) { moveInQueue(run: $run, position: 0) { name } }', {
    run: last,
  });
  expect(errors).toBeUndefined();
  expect(await queue(null)).toEqual([last, ...before.slice(0, -1)]);
  expect(await queue(3)).toEqual([last, ...before.slice(0, 2)]);
  const changed = await client.query<{ count: number }>(
    `select count(*)::int as count from runs where xmin = (select xmin from runs where id = $1)`,
    [last],
  );
  expect(changed.rows[0]?.count).toBe(1);
});

it('reports the version of a server that is too old', () => {
  expect(() => {
    refuseOldServer(150_004);
  }).toThrow('The database server is PostgreSQL 15.4. Sequencer requires PostgreSQL 16 or newer.');
  refuseOldServer(160_000);
});
