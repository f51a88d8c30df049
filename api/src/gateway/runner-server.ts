/** Accepts the websockets of runners, with a valid token and within limits. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { LIMITS, SequencerError } from '@sequencer/model';
import { WebSocketServer } from 'ws';
import { UnauthenticatedSockets } from '../http/unauthenticated-sockets.ts';
import { refuseUpgrade } from '../http/upgrades.ts';
import type { Logger } from '../lib/log.ts';
import type { Credentials } from './credentials.ts';
import { CLOSE } from './runner-session.ts';
import { RunnerSocket, type RunnerHandlers } from './runner-socket.ts';

/** Limit for runners that have sent `hello`. */
const MAX_RUNNERS = 200;
/** Limits for connections with a valid token that have not sent `hello` yet. */
const UNAUTHENTICATED = { perAddress: 100, total: 500, timeoutMs: 10_000 };

export class RunnerServer {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: LIMITS.messageBytes });
  readonly #credentials: Credentials;
  readonly #gateway: RunnerHandlers;
  readonly #log: Logger;
  readonly #unauthenticated = new UnauthenticatedSockets(UNAUTHENTICATED);
  readonly #runners = new Set<RunnerSocket>();

  constructor(credentials: Credentials, gateway: RunnerHandlers, log: Logger) {
    this.#credentials = credentials;
    this.#gateway = gateway;
    this.#log = log;
  }

  /** Handles the websocket upgrade of a runner. An invalid token gets HTTP 401 and uses no slot. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void {
    const credential = this.#credentials.find(request.headers.authorization);
    if (!credential) {
      this.#log.warn({ address }, 'runner rejected: invalid token');
      const text = 'The token of this runner is invalid or was revoked.';
      refuseUpgrade(socket, new SequencerError('UNAUTHENTICATED', text, 'Give the runner a valid one.'), {
        'www-authenticate': 'Bearer',
      });
      return;
    }
    if ([...this.#runners].filter(({ session }) => session.hello).length >= MAX_RUNNERS) {
      this.#log.warn({ address }, 'runner rejected: too many runners are connected');
      const text = `${String(MAX_RUNNERS)} runners are connected, which is the limit. The token is valid.`;
      const error = new SequencerError('TOO_MANY', text, 'Disconnect some.', 503);
      refuseUpgrade(socket, error, { 'retry-after': '5' });
      return;
    }
    const authenticated = this.#unauthenticated.add(address, () => {
      this.#log.warn({ address }, 'runner disconnected: it sent no hello');
      socket.destroy();
    });
    socket.once('close', authenticated);
    this.#server.handleUpgrade(request, socket, head, (websocket) => {
      // The first message is `hello`, or ends the connection.
      websocket.once('message', authenticated);
      const runner = new RunnerSocket(websocket, credential, this.#gateway, this.#log);
      this.#runners.add(runner);
      websocket.once('close', () => {
        this.#runners.delete(runner);
      });
    });
  }

  async close(): Promise<void> {
    for (const runner of this.#runners) runner.close(CLOSE.shutdown, 'the API is shutting down');
    await Promise.all(
      [...this.#server.clients].map((client) => new Promise((resolve) => client.once('close', resolve))),
    );
    this.#server.close();
  }
}
