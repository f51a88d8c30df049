/** Floods of requests, connections and messages over real sockets. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Api } from '../../src/server.ts';
import { Browser, usersFile } from '@sequencer/testing/api/browser';
import { rawRequest, requestStatus } from '@sequencer/testing/api/raw-requests';
import { TOKEN, TestRunner, newDatabase, start } from '@sequencer/testing/api/running-api';

let api: Api;
let ada: Browser;
beforeAll(async () => {
  api = await start(await newDatabase(), {
    AUTH: 'password',
    USERS_FILE: await usersFile('ada:admin'),
    TRUSTED_PROXIES: '127.0.0.1',
  });
  ada = await Browser.signedIn(api, 'ada');
});
afterAll(() => api.close());

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
    expect(await requestStatus(api, 'POST', '/graphql', headers, batch)).toBeGreaterThanOrEqual(400);
  });

  it('of a gigabyte is not read', async () => {
    const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;
    expect(await rawRequest(api, `${head}Content-Length: 1073741824\r\n\r\n${' '.repeat(1000)}`)).toMatch(
      /^HTTP\/1.1 413/,
    );
    expect(await rawRequest(api, `${head}Transfer-Encoding: chunked\r\n\r\nFFFFFF\r\n${' '.repeat(1000)}`)).toMatch(
      /^HTTP\/1.1 411/,
    );
    const both = `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(await rawRequest(api, both)).toMatch(/^HTTP\/1.1 4\d\d/);
    expect(await rawRequest(api, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431/,
    );
  });

  it('of slow senders delays no other client, and is disconnected', { timeout: 60_000 }, async () => {
    const slow: Socket[] = [];
    const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n';
    for (let i = 0; i < 100; i++) {
      const socket = connect(Number(new URL(api.url).port), new URL(api.url).hostname);
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
      const opened = results.filter((result) => result === 'open').length;
      expect(results.filter((result) => result.includes('429'))).toHaveLength(230 - opened);
      // On a slow machine, the first ones are closed before the last ones are opened.
      expect(opened).toBeGreaterThanOrEqual(200);
      expect(opened).toBeLessThan(220);
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
