/** Attacks over real sockets that other tests do not cover. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { Browser, PASSWORD, usersFile } from '@sequencer/testing/api/browser';
import { rawRequest, requestStatus, upgradeStatus } from '@sequencer/testing/api/raw-requests';
import { newDatabase, start } from '@sequencer/testing/api/running-api';

let api: Api;
let ada: Browser;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sequencer-web-'));
  writeFileSync(join(folder, 'secret.txt'), 'TOP SECRET');
  mkdirSync(join(folder, 'web'));
  writeFileSync(join(folder, 'web/index.html'), '<title>the page</title>');
  api = await start(await newDatabase(), {
    AUTH: 'password,proxy',
    USERS_FILE: await usersFile('ada:admin'),
    WEB_DIR: join(folder, 'web'),
    TRUSTED_PROXIES: '127.0.0.1',
    PROXY_SECRET: 'only the proxy knows this',
    ROLE_GROUPS: 'heads=admin,crew=operator@satp1',
  });
  ada = await Browser.signedIn(api, 'ada');
});
afterAll(() => api.close());

describe('another site, with the cookie of a signed-in user', () => {
  const mutation = JSON.stringify({ query: 'mutation { signOut }' });

  it('cannot post a form or JSON', async () => {
    const origin = 'https://evil.example';
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect(await requestStatus(api, 'POST', '/graphql', { cookie: ada.cookie, 'content-type': type }, mutation)).toBe(
        415,
      );
      const cross = { cookie: ada.cookie, 'content-type': type, origin };
      expect(await requestStatus(api, 'POST', '/graphql', cross, mutation)).toBe(403);
    }
    const json = { cookie: ada.cookie, 'content-type': 'application/json' };
    expect(await requestStatus(api, 'POST', '/graphql', { ...json, origin }, mutation)).toBe(403);
    expect(await requestStatus(api, 'POST', '/graphql', { ...json, origin: 'null' }, mutation)).toBe(403);
    expect(await requestStatus(api, 'OPTIONS', '/graphql', { origin, 'access-control-request-method': 'POST' })).toBe(
      403,
    );
    expect(await requestStatus(api, 'GET', '/graphql?query=mutation%7BsignOut%7D', { cookie: ada.cookie })).toBe(405);
    expect(await ada.me()).toBe('ada');
  });

  it('cannot open a websocket', async () => {
    expect(await upgradeStatus(api, { cookie: ada.cookie })).toBe(101);
    expect(await upgradeStatus(api, { cookie: ada.cookie, origin: 'https://evil.example' })).toBe(403);
    expect(await upgradeStatus(api, { cookie: ada.cookie, origin: 'null' })).toBe(403);
  });

  it('cannot get in with a host name that resolves to this server', async () => {
    const host = 'evil.example';
    expect(await requestStatus(api, 'POST', '/graphql', { host, 'content-type': 'application/json' }, mutation)).toBe(
      421,
    );
    expect(await requestStatus(api, 'GET', '/', { host })).toBe(421);
    expect(await upgradeStatus(api, { host, origin: `http://${host}` })).toBe(421);
  });
});

describe('the headers of a proxy', () => {
  const PROXY = {
    'x-forwarded-user': 'boss',
    'x-forwarded-groups': 'guests,heads',
    'x-sequencer-proxy-secret': 'only the proxy knows this',
  };

  it('name the user when they come from the proxy', async () => {
    const { data } = await new Browser(api, PROXY).ask('{ me { name role method } }');
    expect(data).toEqual({ me: { name: 'boss', role: 'ADMIN', method: 'PROXY' } });
    const crew = new Browser(api, { ...PROXY, 'x-forwarded-groups': 'crew' });
    expect(await crew.code('mutation { setMode(sequencer: "lat", mode: OFF) { name } }')).toBe('FORBIDDEN');
    expect((await crew.socket()).first).toBe('connection_ack');
  });

  it('are ignored without the secret, without a group, or with a deceptive name', async () => {
    const without = (changes: Record<string, string>) => new Browser(api, { ...PROXY, ...changes }).me();
    expect(await without({ 'x-sequencer-proxy-secret': '' })).toBeNull();
    expect(await without({ 'x-sequencer-proxy-secret': 'a guess of the same sort..' })).toBeNull();
    expect(await without({ 'x-forwarded-groups': 'guests' })).toBeNull();
    expect(await without({ 'x-forwarded-user': 'boss <admin>' })).toBeNull();
    expect(await without({ 'x-forwarded-user': '' })).toBeNull();
  });

  it('are ignored from another address, or where the method proxy is disabled', async () => {
    const elsewhere = { AUTH: 'proxy', PROXY_SECRET: 'only the proxy knows this', ROLE_GROUPS: 'heads=admin' };
    const far = await start(await newDatabase(), { ...elsewhere, TRUSTED_PROXIES: '10.0.0.0/8' });
    const none = await start(await newDatabase(), { AUTH: 'password', USERS_FILE: await usersFile('ada:admin') });
    expect(await new Browser(far, PROXY).me()).toBeNull();
    expect(await new Browser(none, PROXY).me()).toBeNull();
    await far.close();
    await none.close();
  });

  it('are accepted from a proxy that is trusted by host name, and ignored when the name does not resolve', async () => {
    const site = { AUTH: 'proxy', PROXY_SECRET: PROXY['x-sequencer-proxy-secret'], ROLE_GROUPS: 'heads=admin' };
    const named = await start(await newDatabase(), { ...site, TRUSTED_PROXIES: '192.0.2.1,host:localhost' });
    const unknown = await start(await newDatabase(), { ...site, TRUSTED_PROXIES: 'host:no-such-host.invalid' });
    expect(await new Browser(named, PROXY).me()).toBe('boss');
    expect(await new Browser(unknown, PROXY).me()).toBeNull();
    await named.close();
    await unknown.close();
  });

  it('are the only source of client addresses: no client can forge one in the audit log', async () => {
    const spoofing = new Browser(api, { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' });
    await spoofing.signIn('ada', 'wrong');
    const { data } = await ada.ask<{ audit: { entries: { address: string }[] } }>(
      '{ audit(first: 1, filter: { action: "signIn", refused: true }) { entries { address } } }',
    );
    // The proxy appends the address that it sees. The entries before it come from the client.
    expect(data.audit.entries[0]?.address).toBe('198.51.100.7');
  });
});

describe('an API without sign-in', () => {
  it('rejects forwarded requests', async () => {
    const open = await start(await newDatabase());
    const ask = (headers: Record<string, string>) =>
      fetch(`${open.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"query":"{ me { name } }"}',
      });
    expect((await ask({})).status).toBe(200);
    for (const name of ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-FORWARDED-HOST', 'X-Real-IP']) {
      const response = await ask({ [name]: 'for=192.0.2.7' });
      expect(response.status, name).toBe(403);
      expect(await response.text()).toContain('AUTH=none');
    }
    const socket = new Browser(open, { 'x-forwarded-for': '192.0.2.7' }).socket();
    await expect(socket).rejects.toThrow('403');
    await open.close();
  });
});

describe('a subscription over HTTP', () => {
  const body = JSON.stringify({ query: 'subscription { heartbeat }' });
  const send = (accept: Record<string, string>, query = body) =>
    fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: ada.cookie, ...accept },
      body: query,
    });

  it.each([
    'text/event-stream',
    'Text/Event-Stream; charset=utf-8',
    'multipart/mixed',
    'multipart/mixed; deferSpec=20220824',
    'text/event-stream, multipart/mixed;q=0.5',
    'application/json',
    'application/graphql-response+json, application/json, text/event-stream, multipart/mixed',
    '*/*',
  ])('is refused with 406 for %s', async (accept) => {
    const response = await send({ accept });
    expect(response.status).toBe(406);
    const { errors } = (await response.json()) as { errors: { message: string; extensions: unknown }[] };
    expect(errors[0]?.message).toContain('GraphQL over HTTP returns one JSON document');
    const remedy = 'Use a websocket (graphql-transport-ws) for subscriptions.';
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_INPUT', remedy });
  });

  it('is also rejected with GET', async () => {
    const url = `${api.url}/graphql?query=${encodeURIComponent('subscription{heartbeat}')}`;
    expect((await fetch(url, { headers: { accept: 'text/event-stream', cookie: ada.cookie } })).status).toBe(406);
    expect((await fetch(url, { headers: { cookie: ada.cookie } })).status).toBe(405);
  });

  it('does not affect clients that also accept a stream', async () => {
    const accept = 'application/graphql-response+json, application/json, text/event-stream, multipart/mixed';
    const response = await send({ accept }, '{"query":"{ me { name } }"}');
    expect(await response.json()).toEqual({ data: { me: { name: 'ada' } } });
  });
});

describe('a path', () => {
  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/../../secret.txt',
    '/%252e%252e/secret.txt',
    '//../secret.txt',
    '/....//secret.txt',
    '/secret.txt%00.html',
    '/%c0%ae%c0%ae/secret.txt',
    '/%',
  ])('%s leads to nothing outside', async (path) => {
    const answer = await rawRequest(api, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 \d{3}/);
    expect(answer).not.toContain('TOP SECRET');
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  });
});

describe('hostile text', () => {
  const SUBMIT = 'mutation ($input: SubmitRunInput!) { submitRun(input: $input) { id title } }';
  const submit = (title: string) =>
    ada.ask<{ submitRun: { id: string; title: string } }>(SUBMIT, {
      input: { sequencer: 'satp1', script: 'x = 1', start: 'QUEUED', title },
    });

  it('is not interpreted as a pattern in a search', async () => {
    const search = (text: string) =>
      ada.code('query ($f: RunFilter) { runs(filter: $f) { edges { cursor } } }', { f: { text } });
    await submit('a'.repeat(200));
    for (const text of ['%'.repeat(500), '_%'.repeat(250), '(a+)+$'.repeat(80), `${'\\'.repeat(499)}x`]) {
      const begin = performance.now();
      expect(await search(text)).toBeNull();
      expect(performance.now() - begin).toBeLessThan(10_000);
    }
    expect(await search('a'.repeat(501))).toBe('BAD_INPUT');
  });

  it('with NUL, lone surrogates or bidirectional controls is rejected in every argument', async () => {
    for (const title of ['a\0b', '\uD800', 'safe \u202Eypp.exe', 'a\u2066b', 'bell \u0007']) {
      expect((await submit(title)).errors?.[0]?.extensions.code, JSON.stringify(title)).toBe('BAD_INPUT');
    }
    expect((await submit('  two\nlines\t')).data.submitRun.title).toBe('two lines');
    const nul = 'a\0b';
    const nested = { sequencer: 'satp1', script: 'x', arguments: ['fine', nul] };
    const refused = await ada.ask('mutation ($input: SubmitRunInput!) { submitRun(input: $input) { id } }', {
      input: nested,
    });
    expect(refused.errors?.[0]?.message).toContain('input.arguments.1: not valid text');
    expect(await ada.code('query ($s: String) { runs(filter: { text: $s }) { edges { cursor } } }', { s: nul })).toBe(
      'BAD_INPUT',
    );
    expect(await ada.code('query ($s: String) { audit(filter: { user: $s }) { endCursor } }', { s: nul })).toBe(
      'BAD_INPUT',
    );
    expect(await ada.code('mutation ($s: String!) { signOutUser(name: $s) }', { s: nul })).toBe('BAD_INPUT');
    expect(await ada.code('query ($s: ID!) { run(id: $s) { id } }', { s: nul })).toBe('BAD_INPUT');
    expect((await new Browser(api).signIn(nul, PASSWORD)).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  it('is returned unchanged, as JSON that browsers do not render', async () => {
    const title = '<img src=x onerror=alert(1)>"\'`${1}';
    expect((await submit(title)).data.submitRun.title).toBe(title);
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: ada.cookie },
      body: JSON.stringify({ query: '{ runs(first: 1) { edges { node { title } } } }' }),
    });
    expect(response.headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('the headers of every response', () => {
  it('allow no connections to other sites, and no frames', async () => {
    for (const path of ['/', '/satp1', '/graphql', '/healthz', '/nothing.js', '/audit.csv']) {
      const { headers } = await fetch(api.url + path);
      const policy = headers.get('content-security-policy') ?? '';
      const scripts = /script-src ([^;]+)/.exec(policy)?.[1];
      expect(scripts, path).toBe("'self' 'wasm-unsafe-eval'");
      for (const rule of ["default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "form-action 'self'"]) {
        expect(policy, path).toContain(rule);
      }
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBeNull();
    }
    const https = await fetch(api.url, { headers: { 'x-forwarded-proto': 'https' } });
    expect(https.headers.get('strict-transport-security')).toMatch(/^max-age=\d{7,}$/);
  });
});
