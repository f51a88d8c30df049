/** Attacks over real sockets that other tests do not cover. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Api } from '../../src/server.ts';
import { Browser, PASSWORD, usersFile } from '@sequencer/testing/api/browser';
import { TOKEN, TestRunner, newDatabase, start } from '@sequencer/testing/api/running-api';

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

const at = () => new URL(api.url);

/** Sends raw bytes; resolves with everything received until the connection is closed. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(at().port), at().hostname);
  let answer = '';
  socket.on('data', (data: Buffer) => (answer += data.toString()));
  // A server that rejects the request may reset the connection.
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

/** The status of a request with headers that fetch would not send. */
async function status(method: string, path: string, headers: Record<string, string>, body = ''): Promise<number> {
  const sent = request(`${api.url}${path}`, { method, headers: { 'content-length': body.length, ...headers } });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

async function upgrade(headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const answered = once(socket, 'unexpected-response') as Promise<[unknown, import('node:http').IncomingMessage]>;
  const opened = once(socket, 'open').then(() => {
    socket.terminate();
    return 101;
  });
  return Promise.race([opened, answered.then(([, response]) => response.statusCode ?? 0)]);
}

describe('another site, with the cookie of a signed-in user', () => {
  const mutation = JSON.stringify({ query: 'mutation { signOut }' });

  it('cannot post a form or JSON', async () => {
    const origin = 'https://evil.example';
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect(await status('POST', '/graphql', { cookie: ada.cookie, 'content-type': type }, mutation)).toBe(415);
      const cross = { cookie: ada.cookie, 'content-type': type, origin };
      expect(await status('POST', '/graphql', cross, mutation)).toBe(403);
    }
    const json = { cookie: ada.cookie, 'content-type': 'application/json' };
    expect(await status('POST', '/graphql', { ...json, origin }, mutation)).toBe(403);
    expect(await status('POST', '/graphql', { ...json, origin: 'null' }, mutation)).toBe(403);
    expect(await status('OPTIONS', '/graphql', { origin, 'access-control-request-method': 'POST' })).toBe(403);
    expect(await status('GET', '/graphql?query=mutation%7BsignOut%7D', { cookie: ada.cookie })).toBe(405);
    expect(await ada.me()).toBe('ada');
  });

  it('cannot open a websocket', async () => {
    expect(await upgrade({ cookie: ada.cookie })).toBe(101);
    expect(await upgrade({ cookie: ada.cookie, origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade({ cookie: ada.cookie, origin: 'null' })).toBe(403);
  });

  it('cannot get in with a host name that resolves to this server', async () => {
    const host = 'evil.example';
    expect(await status('POST', '/graphql', { host, 'content-type': 'application/json' }, mutation)).toBe(421);
    expect(await status('GET', '/', { host })).toBe(421);
    expect(await upgrade({ host, origin: `http://${host}` })).toBe(421);
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
    const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    expect(errors[0]?.message).toContain('Use a websocket');
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_INPUT' });
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
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 \d{3}/);
    expect(answer).not.toContain('TOP SECRET');
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  });
});

describe('a flood', () => {
  const code = (query: string) => ada.code(query);

  it('of aliases, fields, directives or operations is rejected', async () => {
    expect(
      await code(`{ ${Array.from({ length: 40 }, (_, i) => `a${String(i)}: server { version }`).join(' ')} }`),
    ).toBe('TOO_COMPLEX');
    expect(await code(`{ server { ${'version '.repeat(3000)} } }`)).toBe('TOO_COMPLEX');
    expect(await code(`{ server ${'@skip(if: false) '.repeat(1000)} { version } }`)).toBe('TOO_COMPLEX');
    expect(await code(`{ ${'{'.repeat(5000)}`)).toMatch(/TOO_COMPLEX|BAD_INPUT/);
    const fragments = 'fragment A on Server { ...B } fragment B on Server { ...A } { server { ...A } }';
    expect(await code(fragments)).toBe('BAD_INPUT');
    const batch = JSON.stringify(Array.from({ length: 50 }, () => ({ query: '{ server { version } }' })));
    const headers = { cookie: ada.cookie, 'content-type': 'application/json' };
    expect(await status('POST', '/graphql', headers, batch)).toBeGreaterThanOrEqual(400);
  });

  it('of a gigabyte is not read', async () => {
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
    expect(await raw(`${head}Content-Length: 1073741824\r\n\r\n${' '.repeat(1000)}`)).toMatch(/^HTTP\/1.1 413/);
    expect(await raw(`${head}Transfer-Encoding: chunked\r\n\r\nFFFFFF\r\n${' '.repeat(1000)}`)).toMatch(
      /^HTTP\/1.1 411/,
    );
    const both = `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await raw(both)).toMatch(/^HTTP\/1.1 4\d\d/);
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431/,
    );
  });

  it('of slow senders delays no other client, and is disconnected', { timeout: 60_000 }, async () => {
    const slow: Socket[] = [];
    const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n';
    for (let i = 0; i < 100; i++) {
      const socket = connect(Number(at().port), at().hostname);
      socket.on('error', () => undefined);
      socket.write(head);
      slow.push(socket);
    }
    const dripping = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write('X-More: 1\r\n');
    }, 1000);
    try {
      const begin = performance.now();
      expect(await ada.me()).toBe('ada');
      expect(performance.now() - begin).toBeLessThan(10_000);
      for (const socket of slow) socket.resume();
      await vi.waitFor(() => {
        expect(slow.filter((socket) => !socket.closed)).toHaveLength(0);
      }, 40_000);
    } finally {
      clearInterval(dripping);
      for (const socket of slow) socket.destroy();
    }
  });

  it(
    'of websockets from one address is disconnected, and other addresses can connect',
    { timeout: 60_000 },
    async () => {
      const headers = { 'x-forwarded-for': '203.0.113.66', cookie: ada.cookie };
      const sockets = Array.from(
        { length: 230 },
        () => new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers }),
      );
      const results = await Promise.all(
        sockets.map(
          (socket) =>
            new Promise<string>((resolve) => {
              socket.once('open', () => {
                resolve('open');
              });
              socket.once('error', (error) => {
                resolve(error.message);
              });
            }),
        ),
      );
      expect(results.filter((result) => result === 'open')).toHaveLength(200);
      expect(results.filter((result) => result.includes('429'))).toHaveLength(30);
      expect((await ada.socket()).first).toBe('connection_ack');
      // A socket without a message is closed.
      await vi.waitFor(() => {
        expect(sockets.filter((socket) => socket.readyState === WebSocket.OPEN)).toHaveLength(0);
      }, 20_000);
    },
  );

  it('of unauthenticated websockets does not lock out users with the same address', { timeout: 60_000 }, async () => {
    const url = new URL(api.url);
    const opened = Array.from({ length: 300 }, () => {
      const socket = connect(Number(url.port), url.hostname).resume();
      socket.on('error', () => undefined);
      socket.write(
        `GET /graphql HTTP/1.1\r\nhost: ${url.host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
          'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
      return socket;
    });
    const answered = () => opened.filter((socket) => socket.bytesRead > 0 || socket.destroyed).length;
    await vi.waitFor(() => {
      expect(answered()).toBe(300);
    }, 20_000);
    expect((await ada.socket()).first).toBe('connection_ack');
    const { data } = await ada.ask<{ createApiToken: string }>(
      'mutation { createApiToken(name: "bot", role: VIEWER, days: 1) }',
    );
    const authorization = `Bearer ${data.createApiToken}`;
    expect((await new Browser(api).socket({ authorization })).first).toBe('connection_ack');
    // They do not acknowledge the close frame, and are terminated.
    await vi.waitFor(() => {
      expect(opened.filter((socket) => !socket.destroyed)).toHaveLength(0);
    }, 20_000);
  });

  it('of runners without a token does not lock out runners', { timeout: 60_000 }, async () => {
    const url = new URL(api.url);
    const opened = Array.from({ length: 300 }, (_, i) => {
      const socket = connect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true });
      socket.on('error', () => undefined);
      const token = i % 2 === 0 ? '' : 'authorization: Bearer no-token-at-all-01234\r\n';
      socket.write(
        `GET /runner HTTP/1.1\r\nhost: ${url.host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n${token}` +
          'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
      return socket;
    });
    const answers = opened.map(async (socket) => {
      const [data] = (await once(socket, 'data')) as [Buffer];
      return data.toString();
    });
    const runner = await TestRunner.connect(api);
    await vi.waitFor(() => {
      expect(runner.received[0]?.type).toBe('welcome');
    }, 10_000);
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    await vi.waitFor(() => {
      // Writing to a closed socket resets this end as well.
      for (const socket of opened) if (!socket.destroyed) socket.write('x');
      expect(opened.filter((socket) => !socket.destroyed)).toHaveLength(0);
    }, 10_000);
    runner.leave();
  });

  it('of silent runners with a token does not lock out runners', { timeout: 60_000 }, async () => {
    const silent = Array.from(
      { length: 250 },
      () => new WebSocket(`${api.url.replace('http', 'ws')}/runner`, { headers: { authorization: `Bearer ${TOKEN}` } }),
    );
    await Promise.all(silent.map((socket) => once(socket, 'open')));
    const runner = await TestRunner.connect(api);
    await vi.waitFor(() => {
      expect(runner.received[0]?.type).toBe('welcome');
    }, 10_000);
    runner.leave();
    for (const socket of silent) socket.terminate();
  });

  it('of one huge websocket message ends that connection only', async () => {
    const { socket } = await ada.socket();
    const closed = once(socket, 'close');
    socket.send('x'.repeat(2 * 1024 * 1024));
    expect((await closed)[0]).toBe(1009);
    expect(await ada.me()).toBe('ada');
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
