/** The lines that a command prints about an error, also of a newer server. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Api } from './api.ts';
import { errorLines } from './errors.ts';

let server: Server;
afterEach(() => {
  server.close();
});

/** The lines about a request to a server that answers with this status and body. */
async function linesOf(status: number, body: unknown): Promise<string[]> {
  server = createServer((_request, response) => response.writeHead(status).end(JSON.stringify(body)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const api = new Api(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, null);
  return api.request('{ a }').then(() => [], errorLines);
}

it.each([
  [{ code: 'STALE_PROMPT', remedy: 'Try again.' }, ['It is locked. (STALE_PROMPT)', 'Try again.']],
  [{ code: 'FILTER_WHEEL_LOCKED' }, ['It is locked. (FILTER_WHEEL_LOCKED)']],
  [{ code: 7, remedy: ['newer'] }, ['It is locked. (INTERNAL)']],
  [undefined, ['It is locked. (INTERNAL)']],
])('prints the message and the remedy of an error with %j', async (extensions, lines) => {
  expect(await linesOf(200, { data: null, errors: [{ message: 'It is locked.', extensions }] })).toEqual(lines);
});

it('names the options that sign in', async () => {
  const error = {
    message: 'You are not signed in.',
    extensions: { code: 'UNAUTHENTICATED', remedy: 'Sign in first.' },
  };
  expect(await linesOf(401, { errors: [error] })).toEqual([
    'You are not signed in. (UNAUTHENTICATED)',
    'Create a token in Settings, and pass it with --token-file or SEQUENCER_TOKEN.',
  ]);
});
