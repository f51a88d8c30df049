/** Values that the database cannot store or refuses are stored in another form or set aside, and the sequencer continues. */
import { isStorable, originalText, type AnyEvent } from '@sequencer/model';
import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeLog } from '../../src/lib/log.ts';
import { readConfig } from '../../src/config.ts';
import { startApi, type Api } from '../../src/server.ts';
import { TOKEN, TestRunner, ask, newDatabase, record, submit } from '@sequencer/testing/api/running-api';

let database: string;
let api: Api;
let log: string;
let runner: TestRunner;
beforeEach(async () => {
  database = await newDatabase();
  log = '';
  const config = readConfig({ PORT: '0', DATABASE_URL: database, RUNNER_TOKEN: TOKEN, USER_NAME: 'tester' });
  const to = { write: (line: string) => void (log += line) };
  api = await startApi(config, makeLog('info', to));
  runner = await TestRunner.connect(api);
});
afterEach(async () => {
  runner.leave();
  await api.close();
});

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A trigger that refuses a row, as a defect of the database would. */
async function refuse(table: string, when: string, operation = 'insert or update'): Promise<void> {
  await sql(`create function refuse_${table}() returns trigger language plpgsql as $$
    begin
      if ${when} then raise exception 'refused: %', new; end if;
      return new;
    end $$`);
  await sql(`create trigger refuse_${table} before ${operation} on ${table}
    for each row execute function refuse_${table}()`);
}

async function startNext(script = 'x = 1\n'): Promise<string> {
  const { data, errors } = await submit(api, { script });
  expect(errors).toBeUndefined();
  const { id } = data.submitRun;
  await until(() => {
    expect(runner.started).toContain(id);
  });
  return id;
}

interface Shown {
  phase: string;
  reason: string | null;
  failure: { type: string; message: string; traceback: string } | null;
  events: { seq: number; type: string; data: string }[];
}
const SHOWN = `query ($id: ID!) { run(id: $id) {
  phase reason failure { type message traceback } events(first: 5000) { seq type data } } }`;

async function shown(id: string): Promise<Shown> {
  const { data, errors } = await ask<{ run: Shown }>(api, SHOWN, { id });
  expect(errors).toBeUndefined();
  return data.run;
}

async function storedPhase(id: string): Promise<unknown> {
  return (await sql(`select phase from runs where id = '${id}'`))[0]?.phase;
}

async function endsAs(id: string, phase: string): Promise<void> {
  await until(async () => {
    expect(await storedPhase(id)).toBe(phase);
  });
}

/** The events between `started` and `ended`. */
function recordWith(events: Record<string, unknown>[], ended: Record<string, unknown> = {}): AnyEvent[] {
  const [started, end] = record(0);
  const all = [started, ...events, { ...end, ...ended }];
  return all.map((event, index) => ({ ...event, seq: index + 1, at: '2026-11-24T04:00:00.000Z' }) as AnyEvent);
}

const ODD = 'bad reply: ERR 12\0\0 \uDCFF \uD800 \\u{0}';
const FAILURE = {
  type: 'failure',
  exception: 'ValueError',
  traceback: ODD,
  line: 1,
  then: [ODD],
  awaitingDecision: false,
};

it('stores text with NUL and lone surrogates in a visible form, from which it can be restored', async () => {
  const id = await startNext();
  const asked = { type: 'ask', ask: 1, trace: 1, kind: 'text', question: ODD };
  const thread = { type: 'traceStarted', trace: 1, kind: 'THREAD', name: ODD };
  const breakpoints = { type: 'breakpoints', breakpoints: [{ file: ODD, line: 1, condition: ODD, enabled: true }] };
  const failure = { ...FAILURE, message: ODD, [`key\0`]: ODD };
  runner.events(
    id,
    recordWith([thread, asked, breakpoints, { type: `odd\0` }, failure], { outcome: 'FAILED', reason: ODD }),
  );
  await endsAs(id, 'FAILED');
  const run = await shown(id);
  expect(run.reason).toBe('bad reply: ERR 12\\u{0}\\u{0} \\u{dcff} \\u{d800} \\u{5c}u{0}');
  expect(originalText(run.failure?.message ?? '')).toBe(ODD);
  const whole = await ask<{ run: object }>(
    api,
    `query ($id: ID!) { run(id: $id) { view asks { question } traces { name } } }`,
    { id },
  );
  expect(JSON.stringify([run, whole.data])).not.toMatch(/\\u0000|\\ud[89a-f]/);
  const [row] = await sql(`select words, reason, failure::text, view from runs where id = '${id}'`);
  for (const text of Object.values(row ?? {})) expect(String(text)).not.toMatch(/\0|(?<!\\)\\u0000/);
  expect(isStorable(log)).toBe(true);
  await startNext();
});

it('sets aside the one event that the database refuses, and stores all others', async () => {
  await refuse('events', `new.data like '%poison%'`);
  const id = await startNext();
  const output = Array.from({ length: 300 }, (_, n) => ({ type: 'output', stream: 'STDOUT', text: `${String(n)}\n` }));
  output[123] = { type: 'output', stream: 'STDOUT', text: 'poison\n' };
  runner.events(id, recordWith(output));
  await endsAs(id, 'SUCCEEDED');
  const { events } = await shown(id);
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 302 }, (_, n) => n + 1));
  expect(events.filter(({ type }) => type !== 'output').map(({ type }) => type)).toEqual([
    'started',
    'setAside',
    'ended',
  ]);
  expect(JSON.parse(events[124]?.data ?? '')).toEqual({
    event: 'output',
    problem: 'This event could not be stored: the database refused it (P0001). The log of the API has the details.',
  });
  expect(runner.acked).toBe(302);
  await startNext();
});

it('keeps the outcome when the database refuses the last event', async () => {
  await refuse('events', `new.data like '%poison%'`);
  const id = await startNext();
  runner.events(id, recordWith([], { outcome: 'FAILED', reason: 'poison' }));
  await endsAs(id, 'FAILED');
  expect((await shown(id)).events.at(-1)).toMatchObject({ type: 'ended', seq: 2 });
  await startNext();
});

it('ends a run when the database refuses all of its events', async () => {
  const id = await startNext();
  await refuse('events', `new.run = '${id}'`);
  runner.events(id, record(2));
  await endsAs(id, 'SUCCEEDED');
  expect(log).toContain('an event is missing from the record');
  await startNext();
});

it('stores the outcome of a run whose failure the database refuses', async () => {
  await refuse('runs', `new.failure::text like '%poison%' or new.view like '%poison%'`);
  const id = await startNext();
  runner.events(id, recordWith([{ ...FAILURE, message: 'poison' }], { outcome: 'FAILED' }));
  await endsAs(id, 'FAILED');
  const run = await shown(id);
  expect(run.reason).toMatch(/could not be stored/);
  expect(run.events.map(({ type }) => type)).toEqual(['started', 'failure', 'ended']);
  await startNext();
});

it('leaves nothing out when the database refuses to hold the queue, and ends the run later', async () => {
  const id = await startNext();
  await sql(`update sequencers set mode = 'AUTO'`);
  await refuse('sequencers', `new.mode = 'OFF'`, 'update');
  runner.events(id, recordWith([FAILURE], { outcome: 'FAILED', reason: 'the cause' }));
  await until(() => {
    expect(log).toContain('the database refuses every change of a run');
  });
  await sql('drop trigger refuse_sequencers on sequencers');
  await endsAs(id, 'FAILED');
  const { events, reason } = await shown(id);
  expect(events.map(({ type }) => type)).toEqual(['started', 'failure', 'ended']);
  expect(reason).toBe('the cause');
  expect(events.at(-1)?.data).toContain('the cause');
  expect(log).not.toContain('set aside');
});

it('fails the run that the database refuses to start, and starts the next', async () => {
  await refuse('runs', `new.number = 1 and new.phase = 'STARTING'`);
  const { data } = await submit(api);
  await endsAs(data.submitRun.id, 'FAILED');
  expect((await shown(data.submitRun.id)).reason).toMatch(/could not be started: the database refused it/);
  await startNext();
});

it('starts the next run when a queued one cannot be updated', async () => {
  await refuse('runs', `new.number = 1`, 'update');
  const { data } = await submit(api);
  await startNext();
  expect(await storedPhase(data.submitRun.id)).toBe('QUEUED');
});

it('logs no script, output or parameter of a failed statement', async () => {
  await refuse('runs', `new.script like '%password123%'`, 'insert');
  const { errors } = await submit(api, { script: 'x = "password123"\n', title: 'a title' });
  expect(errors?.[0]?.extensions.code).toBe('INTERNAL');
  await refuse('events', `new.data like '%secret456%'`);
  const id = await startNext();
  runner.events(id, recordWith([{ type: 'output', stream: 'STDOUT', text: 'secret456' }]));
  await endsAs(id, 'SUCCEEDED');
  expect(log).toContain('P0001');
  expect(log).toContain(String.raw`insert into \"runs\"`);
  expect(log).not.toMatch(/password123|secret456|params|a title/);
});
