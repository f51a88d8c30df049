/** API tokens, the audit log, the control lock, and the secrets of runners. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeLog } from '../../src/lib/log.ts';
import type { Api } from '../../src/server.ts';
import { Browser, PASSWORD, usersFile } from '@sequencer/testing/api/browser';
import { TestRunner, newDatabase, record, start } from '@sequencer/testing/api/running-api';

let api: Api;
let file: string;
let database: string;
let ada: Browser;
let sam: Browser;
const RUNNERS = 'satp1:secret-of-satp1-old,satp1:secret-of-satp1-new,lat:secret-of-lat-0123';

beforeAll(async () => {
  file = await usersFile('vera:viewer', 'sam:operator@satp1', 'otto:operator', 'ada:admin');
  database = await newDatabase();
  api = await start(database, { AUTH: 'password', USERS_FILE: file, RUNNER_TOKENS: RUNNERS, CONTROL_LOCK: 'lat' });
  [ada, sam] = [await Browser.signedIn(api, 'ada'), await Browser.signedIn(api, 'sam')];
});
afterAll(() => api.close());

const SUBMIT = 'mutation { submitRun(input: { sequencer: "satp1", script: "x = 1", start: QUEUED }) { id } }';

async function token(by: Browser, args: string): Promise<string> {
  const { data, errors } = await by.ask<{ createApiToken: string }>(`mutation { createApiToken(${args}) }`);
  if (errors) throw new Error(errors[0]?.extensions.code);
  return data.createApiToken;
}

async function whileDatabaseIsUnreachable(body: () => Promise<void>): Promise<void> {
  const name = new URL(database).pathname.slice(1);
  const admin = new pg.Client({ connectionString: database.replace(`/${name}`, '/postgres') });
  await admin.connect();
  await admin.query(`alter database ${name} allow_connections false`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  try {
    await body();
  } finally {
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
  }
}

const program = (secret: string) => new Browser(api, { authorization: `Bearer ${secret}` });

describe('a token', () => {
  it('grants its role and sequencers, on HTTP and on the websocket', async () => {
    const bot = program(await token(ada, 'name: "bot", role: OPERATOR, sequencers: ["satp1"], days: 1'));
    expect(await bot.me()).toBe('ada');
    expect(await bot.code(SUBMIT)).toBeNull();
    expect(await bot.code(SUBMIT.replace('satp1', 'lat'))).toBe('FORBIDDEN');
    expect(await bot.code('{ audit { endCursor } }')).toBe('FORBIDDEN');
    expect((await bot.socket()).first).toBe('connection_ack');
    const inside = await new Browser(api).socket({ authorization: bot.headers.authorization });
    expect(inside.first).toBe('connection_ack');
    expect((await fetch(`${api.url}/metrics`, { headers: bot.headers })).status).toBe(200);
  });

  it('that cannot be looked up now makes a websocket client retry', async () => {
    const bot = program(await token(ada, 'name: "later", role: VIEWER, days: 1'));
    await whileDatabaseIsUnreachable(async () => {
      expect((await bot.socket()).first).toBe(1013);
    });
    expect((await bot.socket()).first).toBe('connection_ack');
  });

  it('grants no more than its owner has, and creates no other token', async () => {
    await expect(token(sam, 'name: "x", role: ADMIN, days: 1')).rejects.toThrow('FORBIDDEN');
    await expect(token(sam, 'name: "x", role: OPERATOR, sequencers: ["lat"], days: 1')).rejects.toThrow('FORBIDDEN');
    await expect(token(sam, 'name: "x", role: VIEWER, days: 0')).rejects.toThrow('BAD_INPUT');
    await expect(token(sam, 'name: "\u202Ex", role: VIEWER, days: 1')).rejects.toThrow('BAD_INPUT');
    // The whole grant of its owner: for sam that is satp1.
    const bot = program(await token(sam, 'name: "all", role: OPERATOR, days: 1'));
    expect(await bot.code(SUBMIT)).toBeNull();
    expect(await bot.code(SUBMIT.replace('satp1', 'lat'))).toBe('FORBIDDEN');
    await expect(token(bot, 'name: "child", role: VIEWER, days: 1')).rejects.toThrow('FORBIDDEN');
  });

  it('is invalid once it is revoked, has expired, or its owner is removed', async () => {
    const secret = await token(sam, 'name: "short", role: VIEWER, days: 1');
    const bot = program(secret);
    const { socket } = await bot.socket();
    const closed = once(socket, 'close');
    const list = 'query { apiTokens { id name owner } }';
    const { data } = await sam.ask<{ apiTokens: { id: string; name: string; owner: string }[] }>(list);
    const { id } = data.apiTokens.find(({ name }) => name === 'short') ?? { id: '' };
    expect(data.apiTokens.every(({ owner }) => owner === 'sam')).toBe(true);
    const revoke = 'mutation ($id: ID!) { revokeApiToken(id: $id) { revokedAt } }';
    const vera = await Browser.signedIn(api, 'vera');
    expect(await vera.code(revoke, { id })).toBe('BAD_INPUT');
    expect(await sam.code(revoke, { id })).toBeNull();
    expect(await bot.code('{ me { name } }')).toBe('UNAUTHENTICATED');
    expect((await closed)[0]).toBe(4401);

    const admin = new pg.Client({ connectionString: database });
    await admin.connect();
    const late = program(await token(ada, 'name: "late", role: VIEWER, days: 1'));
    await admin.query(`update api_tokens set expires_at = now() - interval '1 second' where name = 'late'`);
    expect(await late.code('{ me { name } }')).toBe('UNAUTHENTICATED');
    const { rows } = await admin.query<{ hash: string }>('select hash from api_tokens');
    await admin.end();
    expect(rows.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);

    const orphan = program(await token(ada, 'name: "orphan", role: ADMIN, days: 1'));
    expect(await orphan.me()).toBe('ada');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('ada:admin', 'ada:viewer'));
    await vi.waitFor(async () => {
      expect(await orphan.code('{ audit { endCursor } }')).toBe('FORBIDDEN');
    }, 15_000);
    writeFileSync(file, before.replace(/^ada.*$/m, ''));
    await vi.waitFor(async () => {
      expect(await orphan.code('{ me { name } }')).toBe('UNAUTHENTICATED');
    }, 15_000);
    writeFileSync(file, before);
    await vi.waitFor(async () => {
      expect(await ada.me()).toBe('ada');
    }, 15_000);
  });
});

describe('the audit log', () => {
  interface Entry {
    user: string | null;
    action: string;
    result: string;
    sequencer: string | null;
    run: string | null;
    line: number | null;
    details: string;
    via: string;
    address: string;
  }
  const entries = async (filter = '') => {
    const { data } = await ada.ask<{ audit: { entries: Entry[] } }>(
      `{ audit(first: 50 ${filter}) { entries { user action result sequencer run line details via address message } } }`,
    );
    return data.audit.entries;
  };

  it('records who did what, on which run and line, with which result', async () => {
    const runner = await TestRunner.connect(api, [], { token: 'secret-of-satp1-new' });
    const { data } = await sam.ask<{ submitRun: { id: string } }>(
      'mutation { submitRun(input: { sequencer: "satp1", script: "print(\'SECRET SCRIPT\')" }) { id } }',
    );
    const run = data.submitRun.id;
    await vi.waitFor(() => {
      expect(runner.started).toContain(run);
    }, 10_000);
    const at = '2026-11-24T04:00:00.000Z';
    runner.events(run, [
      ...record(0).slice(0, 1),
      { seq: 2, at, type: 'traceStarted', trace: 1, kind: 'THREAD', name: 'MainThread', parent: null },
      { seq: 3, at, type: 'line', trace: 1, file: '<script>', line: 7, function: '<module>', sampled: false },
    ] as never);
    const pause = 'mutation ($run: ID!) { pauseRun(id: $run) { id } }';
    await vi.waitFor(async () => {
      expect(await sam.code(pause, { run })).toBeNull();
    }, 10_000);
    const vera = await Browser.signedIn(api, 'vera');
    expect(await vera.code(pause, { run })).toBe('FORBIDDEN');
    expect(await new Browser(api).code(pause, { run })).toBe('UNAUTHENTICATED');
    const [stranger] = await entries();
    expect(stranger).toMatchObject({ user: null, via: 'not signed in', action: 'pauseRun', result: 'UNAUTHENTICATED' });
    const [refused, paused] = await entries(`, filter: { run: "${run}" }`);
    expect(paused).toMatchObject({ user: 'sam', action: 'pauseRun', result: 'DONE', sequencer: 'satp1', run });
    expect(paused).toMatchObject({ via: 'password', address: '127.0.0.1', line: 7 });
    expect(refused).toMatchObject({ user: 'vera', result: 'FORBIDDEN', sequencer: 'satp1', line: 7 });
    expect((await entries(', filter: { user: "vera", refused: true }'))[0]).toEqual(refused);
    runner.leave();
  });

  it('contains no script, password or token', async () => {
    await new Browser(api).signIn('ada', 'a wrong password of ada');
    await new Browser(api).signIn('typed-the-password-here', 'x');
    const text = JSON.stringify(await entries());
    for (const secret of ['SECRET SCRIPT', 'a wrong password of ada', 'typed-the-password-here', PASSWORD, 'seq_']) {
      expect(text, secret).not.toContain(secret);
    }
    expect(text).toContain('sha256:');
  });

  it('cannot be changed, not even with SQL', async () => {
    const admin = new pg.Client({ connectionString: database });
    await admin.connect();
    for (const sql of ['update audit set result = $1', 'delete from audit where result <> $1']) {
      await expect(admin.query(sql, ['DONE'])).rejects.toThrow('append-only');
    }
    await expect(admin.query('truncate audit')).rejects.toThrow('append-only');
    await admin.end();
  });

  it('can be exported completely by admins, without formulas for a spreadsheet', async () => {
    await token(sam, 'name: "=cmd()", role: VIEWER, days: 1');
    await program(await token(sam, 'name: "=HYPERLINK(1)", role: VIEWER, days: 1')).code(SUBMIT);
    const get = (path: string, who: Browser) => fetch(`${api.url}${path}`, { headers: { cookie: who.cookie } });
    expect((await get('/audit.csv', sam)).status).toBe(403);
    const lines = (await (await get('/audit.ndjson', ada)).text()).trim().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as { id: number; action: string });
    expect(parsed.length).toBeGreaterThan(10);
    expect(parsed.map(({ id }) => id)).toEqual([...parsed.map(({ id }) => id)].sort((a, b) => b - a));
    const csv = await get('/audit.csv?user=sam', ada);
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"');
    const text = await csv.text();
    expect(text.split('\n')[0]).toBe('id,at,user,via,address,action,sequencer,run,line,result,message,details');
    expect(text).not.toContain('"ada"');
    expect(text).not.toMatch(/(^|,)"=/m);
  });

  it('queues entries while the database is unreachable', async () => {
    await whileDatabaseIsUnreachable(async () => {
      expect(await ada.code('mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }')).toBe('DATABASE_AWAY');
    });
    await vi.waitFor(async () => {
      const found = await entries(', filter: { action: "setMode" }');
      expect(found[0]).toMatchObject({ user: 'ada', result: 'DATABASE_AWAY', sequencer: 'satp1' });
    }, 20_000);
  });
});

describe('control', () => {
  const onLat = 'mutation { setMode(sequencer: "lat", mode: OFF) { name } }';
  const holder = async () => {
    const { data } = await ada.ask<{ sequencer: { control: { holder: string | null } } }>(
      '{ sequencer(name: "lat") { control { holder askedBy } } }',
    );
    return data.sequencer.control;
  };

  it('is held by one user at a time, and can be passed on, or taken with a reason', async () => {
    const otto = await Browser.signedIn(api, 'otto');
    expect(await otto.code(onLat)).toBeNull();
    expect(await holder()).toEqual({ holder: 'otto', askedBy: null });
    expect(await ada.code(onLat)).toBe('NOT_IN_CONTROL');
    expect(await ada.code('mutation { askForControl(sequencer: "lat") { name } }')).toBeNull();
    expect(await holder()).toEqual({ holder: 'otto', askedBy: 'ada' });
    expect(await sam.code('mutation { takeControl(sequencer: "lat", reason: "no") { name } }')).toBe('FORBIDDEN');
    expect(await ada.code('mutation { takeControl(sequencer: "lat") { name } }')).toBe('BAD_INPUT');
    expect(await otto.code('mutation { handOverControl(sequencer: "lat", to: "ada") { name } }')).toBeNull();
    expect(await ada.code(onLat)).toBeNull();
    expect(await otto.code(onLat)).toBe('NOT_IN_CONTROL');
    expect(await otto.code('mutation { releaseControl(sequencer: "lat") { name } }')).toBe('NOT_IN_CONTROL');
    expect(await otto.code('mutation { takeControl(sequencer: "lat", reason: "a storm") { name } }')).toBeNull();
    expect(await otto.code(onLat)).toBeNull();
    const { data } = await ada.ask<{ audit: { entries: { user: string; details: string }[] } }>(
      '{ audit(filter: { action: "takeControl", sequencer: "lat" }, first: 1) { entries { user details } } }',
    );
    expect(data.audit.entries[0]).toMatchObject({ user: 'otto' });
    expect(data.audit.entries[0]?.details).toContain('a storm');
    expect(await otto.code('mutation { releaseControl(sequencer: "lat") { name } }')).toBeNull();
    expect((await holder()).holder).toBeNull();
  });

  it('is not required where the control lock is disabled', async () => {
    expect(await ada.code('mutation { takeControl(sequencer: "satp1", reason: "x") { name } }')).toBe('BAD_INPUT');
    expect(await sam.code('mutation { setMode(sequencer: "satp1", mode: OFF) { name } }')).toBeNull();
    expect(await ada.code('mutation { setMode(sequencer: "satp1", mode: OFF) { name } }')).toBeNull();
  });
});

describe('a runner', () => {
  it('can connect for its own sequencer only, with either of two secrets during a rotation', async () => {
    for (const secret of ['secret-of-satp1-old', 'secret-of-satp1-new']) {
      const runner = await TestRunner.connect(api, [], { token: secret });
      await vi.waitFor(() => {
        expect(runner.received[0]?.type).toBe('welcome');
      }, 10_000);
    }
    const intruder = await TestRunner.connect(api, [], { token: 'secret-of-satp1-new', sequencer: 'lat' });
    expect(await intruder.closed()).toBe(4001);
    expect(intruder.received).toEqual([]);
    expect((await fetch(`${api.url}/readyz/lat`)).status).toBe(503);
    const bot = await token(ada, 'name: "not a runner", role: ADMIN, days: 1');
    await expect(TestRunner.connect(api, [], { token: bot })).rejects.toThrow('401');
    expect(await program('secret-of-lat-0123').code('{ me { name } }')).toBe('UNAUTHENTICATED');
  });

  it('cannot send events of a run of another sequencer', async () => {
    const made = await ada.ask<{ submitRun: { id: string } }>(SUBMIT.replace('satp1', 'lat'));
    const { id } = made.data.submitRun;
    const runner = await TestRunner.connect(api, [{ run: id, lastSeq: 5, ended: false }], {
      token: 'secret-of-satp1-new',
    });
    await vi.waitFor(() => {
      expect(runner.received[0]).toMatchObject({ type: 'welcome', runs: [{ run: id, forget: true }] });
    }, 10_000);
    const closed = runner.closed();
    runner.events(id, record(0));
    expect(await closed).toBe(4002);
    const { data } = await ada.ask('query ($id: ID!) { run(id: $id) { phase lastSeq } }', { id });
    expect(data).toEqual({ run: { phase: 'QUEUED', lastSeq: 0 } });
  });
});

it('logs no secret', () => {
  const lines: string[] = [];
  const log = makeLog('info', { write: (line) => void lines.push(line) });
  const secret = 'seq_0123456789';
  log.info({ token: secret, headers: { authorization: secret, cookie: secret }, password: secret }, 'x');
  log.info({ request: { password: secret, token: secret, secret }, cookie: secret, script: secret, text: secret }, 'x');
  expect(lines.join('')).not.toContain(secret);
  expect(lines).toHaveLength(2);
});
