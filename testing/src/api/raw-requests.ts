/** Requests to an API that fetch and well-behaved clients cannot send. */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Api } from '@sequencer/api/server';
import { WebSocket } from 'ws';

/** Sends raw bytes; resolves with everything received until the connection is closed. */
export async function rawRequest(api: Api, text: string): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), new URL(api.url).hostname);
  let answer = '';
  socket.on('data', (data: Buffer) => (answer += data.toString()));
  // A server that rejects the request may reset the connection.
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

/** Status of a request with headers that fetch would not send. */
export async function requestStatus(
  api: Api,
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<number> {
  const sent = request(`${api.url}${path}`, { method, headers: { 'content-length': body.length, ...headers } });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

/** Status of a websocket upgrade; 101 if it is accepted. */
export async function upgradeStatus(api: Api, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const answered = once(socket, 'unexpected-response') as Promise<[unknown, IncomingMessage]>;
  const opened = once(socket, 'open').then(() => {
    socket.terminate();
    return 101;
  });
  return Promise.race([opened, answered.then(([, response]) => response.statusCode ?? 0)]);
}
