/** Passwords and sessions, with a real API, database and sockets. */
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Api } from '../../src/server.ts';
import { Browser, PASSWORD, usersFile } from '@sequencer/testing/api/browser';
import { newDatabase, start } from '@sequencer/testing/api/running-api';

let api: Api;
let file: string;
let database: string;
beforeAll(async () => {
  file = await usersFile('vera:viewer', 'otto:operator', 'sam:operator@satp1', 'ada:admin');
  database = await newDatabase();
  api = await start(database, { AUTH: 'password', USERS_FILE: file });
});
afterAll(() => api.close());

const SUBMIT = 'mutation { submitRun(input: { sequencer: "satp1", script: "x = 1", start: QUEUED }) { id } }';

it('allows nothing without a session', async () => {
  const stranger = new Browser(api);
  expect(await stranger.me()).toBeNull();
  for (const query of ['{ me { name } }', '{ sequencers { name } }', '{ server { version } }', SUBMIT]) {
    expect(await stranger.code(query), query).toBe('UNAUTHENTICATED');
  }
  expect((await stranger.socket()).first).toBe(4401);
  expect((await fetch(`${api.url}/metrics`)).status).toBe(401);
  const response = await fetch(`${api.url}/audit.csv`);
  expect(response.status).toBe(401);
  const extensions = { code: 'UNAUTHENTICATED', remedy: 'Sign in first.' };
  expect(await response.json()).toEqual({ errors: [{ message: 'You are not signed in.', extensions }] });
});

it.each([
  ['{ me { name } }', 401, 'UNAUTHENTICATED'],
  ['{ me { nome } }', 400, 'BAD_INPUT'],
  ['{ me { name } ', 400, 'BAD_INPUT'],
])('returns the status of a request that fails as a whole: %s', async (query, status, code) => {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  expect(response.status).toBe(status);
  const answer = (await response.json()) as { extensions?: unknown; errors: { extensions: { code: string } }[] };
  expect(answer.errors[0]?.extensions.code).toBe(code);
  expect(answer).not.toHaveProperty('extensions');
});

it('starts a session with a cookie that scripts cannot read, for this site only', async () => {
  const otto = new Browser(api);
  expect((await otto.signIn('otto')).data.signIn).toEqual({ name: 'otto', role: 'OPERATOR' });
  expect(otto.setCookie).toMatch(/^sequencer-session=[\w-]{43}; HttpOnly; SameSite=Strict; Max-Age=8\d{4}$/);
  expect(await otto.me()).toBe('otto');
  expect(await otto.code(SUBMIT)).toBeNull();
  expect((await otto.socket()).first).toBe('connection_ack');
});

it('starts a new session at each sign-in, and ends the previous one', async () => {
  const planted = `sequencer-session=${'A'.repeat(43)}`;
  const victim = new Browser(api);
  victim.cookie = planted;
  await victim.signIn('otto');
  expect(victim.cookie).not.toBe(planted);
  const attacker = new Browser(api);
  attacker.cookie = planted;
  expect(await attacker.me()).toBeNull();
  const before = victim.cookie;
  await victim.signIn('otto');
  attacker.cookie = before;
  expect(await attacker.me()).toBeNull();
  expect(await victim.me()).toBe('otto');
});

it('ends the session and its websockets at sign-out; its cookie is no longer valid', async () => {
  const otto = await Browser.signedIn(api, 'otto');
  const { cookie } = otto;
  const { socket, first } = await otto.socket();
  expect(first).toBe('connection_ack');
  const closed = once(socket, 'close');
  await otto.ask('mutation { signOut }');
  expect((await closed)[0]).toBe(4401);
  expect(otto.setCookie).toContain('Max-Age=0');
  otto.cookie = cookie;
  expect(await otto.me()).toBeNull();
});

it('signs out everywhere', async () => {
  const [here, there] = [await Browser.signedIn(api, 'vera'), await Browser.signedIn(api, 'vera')];
  const { socket } = await there.socket();
  const closed = once(socket, 'close');
  const { data } = await here.ask<{ signOut: number }>('mutation { signOut(everywhere: true) }');
  expect(data.signOut).toBeGreaterThanOrEqual(2);
  expect((await closed)[0]).toBe(4401);
  expect(await there.me()).toBeNull();
});

it('responds alike and equally slowly to a wrong password and an unknown name', async () => {
  const timed = async (name: string, password: string) => {
    const begin = performance.now();
    const { errors } = await new Browser(api).signIn(name, password);
    return { error: errors?.[0], ms: performance.now() - begin };
  };
  const wrong = await timed('ada', 'wrong');
  const unknown = await timed('nobody-of-this-name', 'wrong');
  expect(wrong.error).toEqual(unknown.error);
  expect(wrong.error?.extensions.code).toBe('UNAUTHENTICATED');
  expect(Math.min(wrong.ms, unknown.ms)).toBeGreaterThanOrEqual(499);
});

it('throttles guessing, for existing and unknown names', async () => {
  for (const name of ['otto', 'nobody']) {
    const browser = new Browser(api);
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 6; i++) codes.push((await browser.signIn(name, 'guess')).errors?.[0]?.extensions.code);
    expect(codes.slice(0, 5), name).toEqual(Array<string>(5).fill('UNAUTHENTICATED'));
    expect(codes[5], name).toBe('TOO_MANY');
    // The correct password is rejected as well, until the wait is over.
    if (name === 'otto') expect((await browser.signIn('otto')).errors?.[0]?.extensions.code).toBe('TOO_MANY');
  }
});

it('enforces the role of each user', async () => {
  const as = async (name: string) => Browser.signedIn(api, name);
  const vera = await as('vera');
  expect(await vera.code('{ sequencers { name } runs { edges { cursor } } }')).toBeNull();
  const { errors } = await vera.ask(SUBMIT);
  expect(errors?.[0]).toMatchObject({
    message: 'You are watching.',
    extensions: { code: 'FORBIDDEN', remedy: 'Ask an admin for the operator role.' },
  });
  expect(await vera.code('{ audit { endCursor } }')).toBe('FORBIDDEN');
  const sam = await as('sam');
  expect(await sam.code(SUBMIT)).toBeNull();
  expect(await sam.code(SUBMIT.replace('satp1', 'lat'))).toBe('FORBIDDEN');
  expect(await sam.code('mutation { setMode(sequencer: "lat", mode: QUEUE) { name } }')).toBe('FORBIDDEN');
  const ada = await as('ada');
  const made = await ada.ask<{ submitRun: { id: string } }>(SUBMIT.replace('satp1', 'lat'));
  const { id } = made.data.submitRun;
  expect(await sam.code('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id })).toBe('FORBIDDEN');
  expect(await ada.code('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id })).toBeNull();
});

it('follows changes of the users file: removed users and changed roles', async () => {
  const before = readFileSync(file, 'utf8');
  const hash = before.split('\n')[0]?.split(':')[2] ?? '';
  appendFileSync(file, `# new people\nnina:admin:${hash}\n`);
  const nina = new Browser(api);
  await vi.waitFor(async () => {
    expect((await nina.signIn('nina')).errors).toBeUndefined();
  }, 15_000);
  const { socket } = await nina.socket();
  const closed = once(socket, 'close');
  writeFileSync(file, `${before}nina:viewer:${hash}\n`);
  await vi.waitFor(async () => {
    expect(await nina.code(SUBMIT)).toBe('FORBIDDEN');
  }, 15_000);
  writeFileSync(file, `${before}this is spoilt`);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(await nina.me()).toBe('nina');
  writeFileSync(file, before);
  await vi.waitFor(async () => {
    expect(await nina.me()).toBeNull();
  }, 15_000);
  expect((await closed)[0]).toBe(4401);
});

it('ends sessions and websockets when they expire', async () => {
  const shortly = await start(database, { AUTH: 'password', USERS_FILE: file, SESSION_HOURS: String(3 / 3600) });
  try {
    const otto = await Browser.signedIn(shortly, 'otto');
    const { socket } = await otto.socket();
    expect((await once(socket, 'close'))[0]).toBe(4401);
    expect(await otto.me()).toBeNull();
  } finally {
    await shortly.close();
  }
});

it('keeps sessions while the database is unreachable', async () => {
  const { default: pg } = await import('pg');
  const name = new URL(database).pathname.slice(1);
  const admin = new pg.Client({ connectionString: database.replace(`/${name}`, '/postgres') });
  await admin.connect();
  const otto = await Browser.signedIn(api, 'otto');
  expect(await otto.me()).toBe('otto');
  await admin.query(`alter database ${name} allow_connections false`);
  try {
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await new Promise((resolve) => setTimeout(resolve, 5100));
    expect(await otto.me()).toBe('otto');
  } finally {
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
  }
});

it('marks the cookie as secure when browsers use https, according to PUBLIC_URL or a trusted proxy', async () => {
  const https = await start(database, {
    AUTH: 'password',
    USERS_FILE: file,
    PUBLIC_URL: 'https://site.example/nextline/',
  });
  const behind = await start(database, { AUTH: 'password', USERS_FILE: file, TRUSTED_PROXIES: '127.0.0.0/8' });
  try {
    expect((await browserCookie(https)).setCookie).toMatch(/^__Secure-sequencer-session=.*; Secure$/);
    expect((await browserCookie(behind)).setCookie).not.toContain('Secure');
    expect((await browserCookie(behind, { 'x-forwarded-proto': 'https' })).setCookie).toContain('; Secure');
    // Only headers of a trusted proxy are used.
    expect((await browserCookie(api, { 'x-forwarded-proto': 'https' })).setCookie).not.toContain('Secure');
  } finally {
    await https.close();
    await behind.close();
  }
});

async function browserCookie(to: Api, headers: Record<string, string> = {}): Promise<Browser> {
  const browser = new Browser(to, headers);
  await browser.signIn('ada', PASSWORD);
  return browser;
}
