/** The search in the whole output of a run, and pages of output. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyEvent } from '@sequencer/model';
import type { Api } from '../../src/server.ts';
import { Browser, usersFile } from '@sequencer/testing/api/browser';
import { FIRST_RECORD, FIRST_RUN } from '@sequencer/testing/api/first-record';
import {
  TestRunner,
  ask,
  newDatabase,
  phaseOf,
  record,
  start,
  startedRun,
  until,
} from '@sequencer/testing/api/running-api';

let api: Api;
let runner: TestRunner;
let database: string;

beforeAll(async () => {
  database = await newDatabase();
  api = await start(database);
  runner = await TestRunner.connect(api);
});
afterAll(async () => {
  runner.leave();
  await api.close();
});

type Sent = { type: string } & Record<string, unknown>;
const at = '2026-11-24T04:00:00.000Z';
const printed = (text: string, rest: Record<string, unknown> = {}): Sent => ({
  type: 'output',
  stream: 'STDOUT',
  text,
  trace: 1,
  line: 1,
  ...rest,
});

/** A run with these events after `started`; ended unless `open`. */
async function runWith(events: readonly Sent[], open = false): Promise<string> {
  const id = await startedRun(api, runner);
  const [started, ended] = record(0);
  const all = [started, ...events, ...(open ? [] : [ended])].map((event, i) => ({ ...event, seq: i + 1, at }));
  for (let i = 0; i < all.length; i += 2000) runner.events(id, all.slice(i, i + 2000) as AnyEvent[]);
  await until(async () => {
    expect(await lastSeq(id)).toBe(all.length);
  });
  if (open) return id;
  await until(async () => {
    expect(await phaseOf(api, id)).toBe('SUCCEEDED');
  });
  return id;
}

async function lastSeq(id: string): Promise<number> {
  const { data } = await ask<{ run: { lastSeq: number } }>(api, 'query ($id: ID!) { run(id: $id) { lastSeq } }', {
    id,
  });
  return data.run.lastSeq;
}

interface Matches {
  total: number;
  hasMore: boolean;
  isComplete: boolean;
  number: number | null;
  matches: { position: string }[];
}
const FIND = `query ($id: ID!, $find: String!, $filter: OutputFilter, $after: String, $before: String, $first: Int, $last: Int) {
  run(id: $id) { outputMatches(find: $find, filter: $filter, after: $after, before: $before, first: $first, last: $last) {
    total hasMore isComplete number matches { position } } } }`;

async function findLines(id: string, find: string, rest: Record<string, unknown> = { first: 100 }) {
  for (;;) {
    const { data, errors } = await ask<{ run: { outputMatches: Matches } }>(api, FIND, { id, find, ...rest });
    expect(errors).toBeUndefined();
    const { matches, ...found } = data.run.outputMatches;
    if (found.isComplete) return { ...found, positions: matches.map(({ position }) => position) };
  }
}
const positions = async (id: string, find: string, filter?: Record<string, unknown>) =>
  (await findLines(id, find, { filter, first: 100 })).positions;

describe('the text of a line', () => {
  let id: string;
  beforeAll(async () => {
    id = await runWith([
      printed('100 % done\n50_ok\n'),
      printed('\x1b[31mre\x1b[1md\x1b[0m alert\n'),
      printed('Grüße, STRASSE, ΟΔΟΣ, e\u0301te\u0301 and 🔭\n'),
      printed('an unfinished '),
      printed('from a thread\n', { trace: 2 }),
      printed('line across events\nand one more\n'),
      printed('\rprogress 10 %\rprogress 99 %\r\x1b[Kcomplete\n'),
      printed('a\\b "quoted" \\u{0}|\t.\n'),
      { type: 'logged', trace: 1, file: '<script>', line: 3, text: 'azimuth is 155' },
      printed('no newline at the end'),
    ]);
  });

  it.each([
    ['is literal: a wildcard matches itself', '100 %', ['2.0']],
    ['is literal: _ is no wildcard', '0_o', ['2.1']],
    ['is literal: \\ escapes nothing', 'A\\B "Q', ['9.0']],
    ['ignores escape sequences inside it', 'red alert', ['3.0']],
    ['ignores the case of any script', 'GRÜSSE, straße, οδος', ['4.0']],
    ['ignores how accents are composed', 'été', ['4.0']],
    ['includes emoji', '🔭', ['4.0']],
    ['continues over events, with those of a thread between', 'unfinished line across', ['5.0']],
    ['of a thread is a line of its own', 'from a thread', ['6.0']],
    ['of a later line of an event', 'one more', ['7.0']],
    ['is what remains of an overwritten line', 'complete', ['8.0']],
    ['is not what was overwritten', 'progress', []],
    ['includes messages of log points', 'azimuth', ['10.0']],
    ['includes the last line without a newline', 'the end', ['11.0']],
    ['has no line ends', 'done 50', []],
  ])('%s', async (_name, find, expected) => {
    expect(await positions(id, find)).toEqual(expected);
  });

  it('is found in a run whose index exists', async () => {
    expect(await positions(id, '🔭')).toEqual(['4.0']);
    expect(await positions(id, '🔭')).toEqual(['4.0']);
  });

  it.each([
    ['nothing', ''],
    ['two lines', 'a\nb'],
    ['too much', 'x'.repeat(501)],
  ])('refuses %s', async (_name, find) => {
    const { errors } = await ask(api, FIND, { id, find, first: 1 });
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  it.each([{}, { first: 1, last: 1 }, { first: 0 }, { first: 1001 }, { first: 1, after: 'x' }])(
    'refuses the page %j',
    async (page) => {
      const { errors } = await ask(api, FIND, { id, find: 'x', ...page });
      expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    },
  );
});

describe('a long output', () => {
  const LINES = 12_500;
  let id: string;
  beforeAll(async () => {
    id = await runWith(
      Array.from({ length: LINES / 5 }, (_, i) =>
        printed(Array.from({ length: 5 }, (_line, n) => `line ${String(i * 5 + n)} of many\n`).join(''), {
          stream: i % 100 === 7 ? 'STDERR' : 'STDOUT',
          trace: (i % 4) + 1,
          line: (i % 10) + 1,
        }),
      ),
    );
  });

  it('is counted exactly, and up to 10,000', async () => {
    expect(await findLines(id, 'line 12345 ')).toMatchObject({ total: 1, number: 1, positions: ['2471.0'] });
    // Lines 0, 10, 20 ...
    expect(await findLines(id, '0 of many', { first: 1 })).toMatchObject({ total: 1250, hasMore: false });
    expect(await findLines(id, 'of many', { first: 1 })).toMatchObject({ total: 10_000, hasMore: true, number: 1 });
  });

  it('is paged to both sides, also beyond the counted matches', async () => {
    for (const find of ['of many', '7 of many']) {
      const forward: string[] = [];
      for (let after: string | null = null; ;) {
        const { positions } = await findLines(id, find, { first: 1000, after });
        forward.push(...positions);
        after = positions.at(-1) ?? null;
        if (positions.length < 1000) break;
      }
      const backward: string[] = [];
      for (let before: string | null = null; ;) {
        const { positions } = await findLines(id, find, { last: 1000, before });
        backward.unshift(...positions);
        before = positions[0] ?? null;
        if (positions.length < 1000) break;
      }
      expect(forward).toHaveLength(find === 'of many' ? LINES : LINES / 10);
      expect(new Set(forward).size).toBe(forward.length);
      expect(backward).toEqual(forward);
    }
  });

  it('has the number of a match', async () => {
    const { positions } = await findLines(id, '0 of many', { first: 2 });
    expect(await findLines(id, '0 of many', { first: 1, after: positions[0] })).toMatchObject({ number: 2 });
    expect(await findLines(id, '0 of many', { last: 1 })).toMatchObject({ number: 1250 });
  });

  it.each([
    [{ stream: 'STDERR' }, 125],
    [{ stream: 'LOG' }, 0],
    [{ trace: 4 }, 3125],
    [{ firstLine: 2, lastLine: 3 }, 2500],
    [{ trace: 1, firstLine: 1, lastLine: 1 }, 625],
    [{ lastSeq: 101 }, 500],
  ])('is filtered by %j, in the search and in pages', async (filter, count) => {
    expect(await findLines(id, 'of many', { first: 1, filter })).toMatchObject({ total: count });
    const lines = (await pages(id, filter)).flatMap((text) => text.split('\n').slice(0, -1));
    expect(lines).toHaveLength(count);
    expect(lines).toEqual((await pages(id, filter, 'last')).flatMap((text) => text.split('\n').slice(0, -1)));
  });

  it('has its position if every event ends within a line', async () => {
    const text = (event: number) =>
      Array.from({ length: 100 }, (_, n) => `${n === 0 ? '' : 'row '}${String(event * 100 + n)}.\n`).join('') + 'row ';
    const open = await runWith([printed('row '), ...Array.from({ length: 100 }, (_, event) => printed(text(event)))]);
    // Event 2 writes "row ", and each event after it ends with the next one.
    for (const row of [0, 1, 99, 100, 4000, 4001, 4321, 8000, 9999]) {
      const event = Math.floor(row / 100);
      const position =
        row % 100 === 0
          ? `${String(event + 2)}.${event === 0 ? '0' : '99'}`
          : `${String(event + 3)}.${String((row % 100) - 1)}`;
      expect(await positions(open, `row ${String(row)}.`), String(row)).toEqual([position]);
    }
    expect(await findLines(open, 'row', { first: 1 })).toMatchObject({ total: 10_000, hasMore: true });
  });

  it('is deleted with its run', async () => {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const count = async () =>
      (await client.query<{ n: number }>('select count(*)::int as n from output_blocks where run = $1', [id])).rows[0]
        ?.n;
    expect(await count()).toBe(13);
    await client.query('delete from runs where id = $1', [id]);
    expect(await count()).toBe(0);
    await client.end();
  });
});

/** The texts of all output, read in pages from one side. */
async function pages(id: string, filter: object | null, edge: 'first' | 'last' = 'first'): Promise<string[]> {
  const texts: string[] = [];
  let [after, before] = [0, 2 ** 31 - 1];
  for (;;) {
    const { data, errors } = await ask<{
      run: { outputEvents: { events: { seq: number; data: string }[]; hasMore: boolean } };
    }>(
      api,
      `query ($id: ID!, $after: Int, $before: Int, $filter: OutputFilter) { run(id: $id) {
        outputEvents(after: $after, before: $before, ${edge}: 300, filter: $filter) { events { seq data } hasMore } } }`,
      { id, after, before, filter },
    );
    expect(errors).toBeUndefined();
    const { events, hasMore } = data.run.outputEvents;
    const page = events.map((event) => (JSON.parse(event.data) as { text: string }).text);
    if (edge === 'first') texts.push(...page);
    else texts.unshift(...page);
    if (!hasMore) return texts;
    if (edge === 'first') after = events.at(-1)?.seq ?? after;
    else before = events[0]?.seq ?? before;
  }
}

it('finds new output of a live run, and pages have it', async () => {
  const id = await runWith([printed('one needle\ntwo')], true);
  expect(await findLines(id, 'needle')).toMatchObject({ total: 1 });
  const more = [printed(' needle\n'), printed('three needle\n'), record(0)[1]];
  runner.events(id, more.map((event, i) => ({ ...event, seq: 3 + i, at })) as AnyEvent[]);
  await until(async () => {
    expect(await lastSeq(id)).toBe(5);
  });
  expect((await findLines(id, 'needle')).positions).toEqual(['2.0', '2.1', '4.0']);
  expect((await pages(id, null)).join('')).toBe('one needle\ntwo needle\nthree needle\n');
  expect((await pages(id, null, 'last')).join('')).toBe('one needle\ntwo needle\nthree needle\n');
});

it('makes each block once when several searches start together', async () => {
  const id = await runWith(Array.from({ length: 3500 }, (_, i) => printed(`${String(i)} same\n`)));
  const all = await Promise.all(Array.from({ length: 5 }, () => findLines(id, 'same', { first: 1 })));
  expect(all.map(({ total }) => total)).toEqual([3500, 3500, 3500, 3500, 3500]);
});

it('lets a viewer search', async () => {
  const url = await newDatabase();
  const own = await start(url, { AUTH: 'password', USERS_FILE: await usersFile('vera:viewer') });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`delete from sequencers; ${FIRST_RECORD}`);
  await client.end();
  try {
    const vera = await Browser.signedIn(own, 'vera');
    const text = `{ run(id: "${FIRST_RUN}") { outputMatches(find: "KEPT", first: 1) { total } outputEvents(first: 1) { hasMore } } }`;
    const { data } = await vera.ask(text);
    expect(data).toEqual({ run: { outputMatches: { total: 1 }, outputEvents: { hasMore: false } } });
    expect(await new Browser(own).code(text)).toBe('UNAUTHENTICATED');
  } finally {
    await own.close();
  }
});
