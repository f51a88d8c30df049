import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { allowedLookup } from './address.ts';
import { requestSchedule, type SchedulerTarget } from './request.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const WANTED = {
  from: new Date('2026-06-01T22:00:00.500Z'),
  to: new Date('2026-06-02T10:00:00Z'),
  policy: '{"policy": "dummy", "config": {}}',
};
const NEVER = new AbortController().signal;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/api/v1/schedule/`;
}

/** A server that gives this answer. */
const answering = (code: number, body: string, type = 'application/json') =>
  serve((_request, response) => {
    response.writeHead(code, { 'content-type': type }).end(body);
  });

const pull = (url: string, more: Partial<SchedulerTarget> = {}, signal = NEVER) =>
  requestSchedule({ url, header: null, timeoutSeconds: 20, ...more }, WANTED, signal);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'a schedule',
    (error: unknown) => {
      const { kind, message } = error as { kind: string; message: string };
      return `${kind}: ${message}`;
    },
  );

it('sends times in UTC, the policy as a text, and the header', async () => {
  const received = Promise.withResolvers<{ request: IncomingMessage; body: unknown }>();
  const url = await serve((request, response) => {
    void text(request).then((body) => {
      received.resolve({ request, body: JSON.parse(body) });
      response.end(JSON.stringify({ status: 'ok', commands: 'x = 1\n', message: 'Success' }));
    });
  });
  const schedule = await pull(url, { header: { name: 'X-Site', value: 'secret' } });
  expect(schedule).toEqual({ script: 'x = 1\n', message: 'Success' });
  const { request, body } = await received.promise;
  expect(body).toEqual({ t0: '2026-06-01 22:01', t1: '2026-06-02 10:00', policy: WANTED.policy });
  expect([request.method, request.url, request.headers['x-site']]).toEqual(['POST', '/api/v1/schedule/', 'secret']);
});

const error = (message: string) => JSON.stringify({ status: 'error', message });
const PAGE = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

it.each([
  [400, error('Missing t1'), 'application/json', 'REFUSED: The scheduler answered 400: "Missing t1".'],
  [500, error('Error: x\n  y\0'), 'application/json', 'REFUSED: The scheduler answered 500: "Error: x y".'],
  [502, PAGE, 'text/html', 'REFUSED: The scheduler answered 502 with a page of HTML: "502 Bad Gateway".'],
  [200, PAGE, 'text/html', 'a page of HTML: "502 Bad Gateway" instead of a schedule.'],
  [504, 'upstream timeout', 'text/plain', 'REFUSED: The scheduler answered 504 with text: "upstream timeout".'],
  [503, '', 'text/plain', 'REFUSED: The scheduler answered 503 with nothing.'],
  [200, '{"status": "ok", "comm', 'application/json', 'NOT_JSON: The scheduler answered 200 with JSON that is not a'],
  [200, '[]', 'application/json', 'NOT_JSON'],
  [200, '{"commands": 5}', 'application/json', 'NOT_JSON'],
  [200, error('no targets'), 'application/json', 'answered 200 with the status "error": "no targets".'],
  [
    200,
    '{"status": "ok", "commands": " "}',
    'application/json',
    'NO_SCRIPT: The scheduler answered 200 without a script.',
  ],
  [200, '{"status": "ok", "commands": "a\\u0000"}', 'application/json', 'NO_SCRIPT'],
  [200, JSON.stringify({ commands: '#'.repeat(600_000) }), 'application/json', 'TOO_LARGE: The script'],
])('reports %i %.30j (%s)', async (code, body, type, expected) => {
  expect(await failure(pull(await answering(code, body, type)))).toContain(expected);
});

it('stops to read an answer that is too large', async () => {
  let sent = 0;
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed && sent < 50_000_000) {
        sent += 65_536;
        if (!response.write(' '.repeat(65_536))) return;
      }
      response.end();
    };
    response.on('drain', more);
    more();
  });
  expect(await failure(pull(url))).toMatch(/^TOO_LARGE: The answer of the scheduler exceeds 2 MB/);
  // What the kernel holds has been sent as well.
  expect(sent).toBeLessThan(20_000_000);
});

it('ends at the timeout, also in the middle of an answer', async () => {
  const silent = await serve(() => undefined);
  const slow = await serve((_request, response) => {
    response.writeHead(200).write('{');
  });
  for (const url of [silent, slow]) {
    const start = performance.now();
    expect(await failure(pull(url, { timeoutSeconds: 0.3 }))).toBe(
      'TIMEOUT: The scheduler did not answer within 0.3 s.',
    );
    expect(performance.now() - start).toBeLessThan(5000);
  }
});

it('is cancelled, and disconnects', async () => {
  const gone = Promise.withResolvers<undefined>();
  const url = await serve((request) => {
    request.once('close', () => {
      gone.resolve(undefined);
    });
  });
  const cancel = new AbortController();
  const pulling = failure(pull(url, {}, cancel.signal));
  await sleep(100);
  cancel.abort();
  expect(await pulling).toBe('CANCELLED: The pull was cancelled.');
  await gone.promise;
});

it('reports a connection that is refused, closed, or for an unknown name', async () => {
  const closed = await serve((request) => request.socket.destroy());
  expect(await failure(pull(closed))).toContain('closed the connection without an answer.');
  for (const close of closing.splice(0)) close();
  expect(await failure(pull(closed))).toMatch(/^UNREACHABLE: The scheduler at 127.0.0.1:\d+ refused the connection\.$/);
  expect(await failure(pull('http://scheduler.invalid/'))).toMatch(
    /^UNREACHABLE: The scheduler at scheduler.invalid has no/,
  );
});

it('follows a redirect to the same host that repeats the request, and no other', async () => {
  const redirect = (code: number, to: string) =>
    serve((request, response) => {
      if (request.url === '/there') response.end('{"commands": "x = 1"}');
      else response.writeHead(code, { location: to }).end();
    });
  expect((await pull(await redirect(308, '/there'))).script).toBe('x = 1');
  expect(await failure(pull(await redirect(302, '/sign-in')))).toBe(
    'REDIRECT: The scheduler answered 302 with a redirect to /sign-in, as for a page.',
  );
  expect(await failure(pull(await redirect(307, 'http://localhost:9/')))).toBe(
    'REDIRECT: The scheduler answered 307 with a redirect to http://localhost:9, which is not followed.',
  );
  expect(await failure(pull(await redirect(307, '/again')))).toContain('too many redirects');
});

it.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://[fe80::1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/',
  'http://100.100.100.200/',
])('never sends to %s', async (url) => {
  expect(await failure(pull(url))).toMatch(/^FORBIDDEN_ADDRESS: The scheduler has the address .* Nothing was sent\.$/);
});

it('never sends to a name with a link-local address', async () => {
  const names = allowedLookup((() =>
    Promise.resolve([
      { address: '127.0.0.1', family: 4 },
      { address: '169.254.169.254', family: 4 },
    ])) as never);
  const target = { url: 'http://metadata.example/', header: null, timeoutSeconds: 20 };
  expect(await failure(requestSchedule(target, WANTED, NEVER, names))).toMatch(/^FORBIDDEN_ADDRESS/);
});

it('sends to a name that has an allowed address', async () => {
  const url = (await answering(200, '{"commands": "x = 1"}')).replace('127.0.0.1', 'localhost');
  const names = allowedLookup((() => Promise.resolve([{ address: '127.0.0.1', family: 4 }])) as never);
  const target = { url, header: null, timeoutSeconds: 20 };
  expect((await requestSchedule(target, WANTED, NEVER, names)).script).toBe('x = 1');
});

it.each([
  ['file:///etc/passwd', 'must begin with http:// or https://'],
  ['scheduler', 'is not a URL'],
  ['http://user:hunter2@host/', 'must not contain a password'],
  [`http://host/${'x'.repeat(2000)}`, 'more than 2000 characters'],
])('refuses the URL %.40s', async (url, problem) => {
  const message = await failure(pull(url));
  expect(message).toContain(problem);
  expect(message).not.toContain('hunter2');
});
