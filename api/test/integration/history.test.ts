/** The history's orders, pages and nights; and how many watch a run. */
import { randomUUID } from 'node:crypto';
import { createClient } from 'graphql-ws';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, start, submit } from '@sequencer/testing/api/running-api';

let databaseUrl: string;
let api: Api;
beforeEach(async () => {
  databaseUrl = await newDatabase();
  api = await start(databaseUrl);
});
afterEach(() => api.close());

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 });

/** Runs that have ended: when each was submitted, how long it ran, and how it ended. */
async function past(runs: [at: string, seconds: number, phase: string][]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (const [index, [at, seconds, phase]] of runs.entries()) {
    await client.query(
      `insert into runs (id, sequencer, number, script, script_hash, arguments, start_paused, hold_on_failure,
         breakpoints, start, place, submitted_by, submitted_at, started_at, finished_at, phase, words)
       values ($1, 'satp1', $2, 'x', 'hash', '[]', false, false, '[]', 'RUNNING', 0, 'tester', $3, $3,
         $3::timestamptz + make_interval(secs => $4), $5, 'satp1')`,
      [randomUUID(), index + 1, at, seconds, phase],
    );
  }
  await client.end();
}

interface Page {
  runs: { edges: { node: { number: number } }[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
}

/** The numbers of all runs in this order, read in pages of two. */
async function inPages(order: string): Promise<number[]> {
  const numbers: number[] = [];
  for (let after: string | null = null; ;) {
    const answer: { data: Page } = await ask<Page>(
      api,
      `query ($order: RunOrder, $after: String) {
         runs(order: $order, first: 2, after: $after) { edges { node { number } } pageInfo { endCursor hasNextPage } } }`,
      { order, after },
    );
    const { edges, pageInfo } = answer.data.runs;
    numbers.push(...edges.map(({ node }) => node.number));
    if (!pageInfo.hasNextPage) return numbers;
    after = pageInfo.endCursor;
  }
}

it('lists runs of the same second by their numbers', async () => {
  await past(Array.from({ length: 9 }, () => ['2026-11-20T20:00:00Z', 60, 'SUCCEEDED']));
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  expect(await inPages('OLDEST')).toEqual(numbers);
  expect(await inPages('NEWEST')).toEqual(numbers.toReversed());
  const found = await ask<Page>(api, '{ runs(first: 5, filter: { text: "satp1" }) { edges { node { number } } } }');
  expect(found.data.runs.edges.map(({ node }) => node.number)).toEqual([9, 8, 7, 6, 5]);
});

describe('the history', () => {
  beforeEach(() =>
    past([
      ['2026-11-20T20:00:00Z', 60.25, 'SUCCEEDED'],
      ['2026-11-21T11:59:59Z', 7200, 'FAILED'],
      ['2026-11-21T12:00:00Z', 60.25, 'SUCCEEDED'],
      ['2026-11-22T02:00:00Z', 1.5, 'KILLED'],
      ['2026-11-22T03:00:00Z', 30, 'SUCCEEDED'],
    ]),
  );

  it('is paged in every order, with each run once', async () => {
    expect(await inPages('NEWEST')).toEqual([5, 4, 3, 2, 1]);
    expect(await inPages('OLDEST')).toEqual([1, 2, 3, 4, 5]);
    const longest = await inPages('LONGEST');
    expect([longest[0], ...longest.slice(1, 3).toSorted(), ...longest.slice(3)]).toEqual([2, 1, 3, 5, 4]);
  });

  it('refuses the cursor of another order', async () => {
    const { data } = await ask<Page>(api, '{ runs(order: LONGEST, first: 2) { pageInfo { endCursor } } }');
    const { errors } = await ask(api, 'query ($after: String) { runs(after: $after) { totalCount } }', {
      after: data.runs.pageInfo.endCursor,
    });
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  it('totals nights from noon to noon, by outcome', async () => {
    const query = `query ($filter: RunFilter, $last: Int) {
      nights(filter: $filter, last: $last) { date outcomes { phase runs seconds } }
      runs(filter: $filter, first: 1) { totalCount } }`;
    const filter = { to: '2026-11-22T12:00:00Z' };
    const { data } = await ask(api, query, { filter, last: 14 });
    expect(data).toEqual({
      nights: [
        {
          date: '2026-11-20',
          outcomes: [
            { phase: 'FAILED', runs: 1, seconds: 7200 },
            { phase: 'SUCCEEDED', runs: 1, seconds: 60.25 },
          ],
        },
        {
          date: '2026-11-21',
          outcomes: [
            { phase: 'KILLED', runs: 1, seconds: 1.5 },
            { phase: 'SUCCEEDED', runs: 2, seconds: 90.25 },
          ],
        },
      ],
      runs: { totalCount: 5 },
    });
    const one = await ask<{ nights: { date: string }[] }>(api, query, { filter, last: 1 });
    expect(one.data.nights.map((night) => night.date)).toEqual(['2026-11-21']);
    const failed = await ask<{ nights: { date: string }[] }>(api, query, {
      filter: { ...filter, phases: ['FAILED'] },
      last: 14,
    });
    expect(failed.data.nights.map((night) => night.date)).toEqual(['2026-11-20']);
    expect((await ask(api, query, { last: 1000 })).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  it('totals given nights under the filters', async () => {
    const query = `query ($filter: RunFilter, $dates: [String!]) {
      nights(filter: $filter, dates: $dates) { date outcomes { phase runs seconds } } }`;
    const read = async (variables: Record<string, unknown>) =>
      (await ask<{ nights: { date: string; outcomes: { phase: string; runs: number }[] }[] }>(api, query, variables))
        .data.nights;
    const dates = ['2026-11-21', '2026-11-19'];
    expect(await read({ dates })).toEqual([
      {
        date: '2026-11-21',
        outcomes: [
          { phase: 'KILLED', runs: 1, seconds: 1.5 },
          { phase: 'SUCCEEDED', runs: 2, seconds: 90.25 },
        ],
      },
    ]);
    expect(await read({ dates: ['2026-11-20', ...dates], filter: { phases: ['FAILED'] } })).toMatchObject([
      { date: '2026-11-20', outcomes: [{ phase: 'FAILED', runs: 1 }] },
    ]);
    expect(await read({ dates, filter: { text: 'absent' } })).toEqual([]);
    expect(await read({ dates: [] })).toEqual([]);
    for (const wrong of [['2026-02-31'], ['yesterday'], Array.from({ length: 61 }, () => '2026-11-21')]) {
      const { errors } = await ask(api, query, { dates: wrong });
      expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    }
  });
});

it('counts the clients that follow a run, and notices when they leave', async () => {
  const runner = await TestRunner.connect(api);
  const id = (await submit(api)).data.submitRun.id;
  await until(() => {
    expect(runner.started).toEqual([id]);
  });
  const url = `${api.url.replace('http', 'ws')}/graphql`;
  const open = () => createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  const watch = (client: ReturnType<typeof open>) =>
    client.iterate<{ run: { watchers: number } }>({
      query: 'subscription ($id: ID!) { run(id: $id) { watchers } }',
      variables: { id },
    });
  const first = open();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { data } of watch(first)) if (data) seen.push(data.run.watchers);
  })();
  await until(() => {
    expect(seen.at(-1)).toBe(1);
  });
  const second = open();
  const other = watch(second);
  await other.next();
  await until(() => {
    expect(seen.at(-1)).toBe(2);
  });
  // As a closed tab: without a word.
  second.terminate();
  await until(() => {
    expect(seen.at(-1)).toBe(1);
  });
  await second.dispose();
  await first.dispose();
  await reading.catch(() => undefined);
  runner.leave();
});
