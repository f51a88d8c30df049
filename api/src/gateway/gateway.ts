/** Accepts the websockets of runners, and holds the current connection of each sequencer (in a cluster, of each run). */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { LIMITS, SequencerError, type Command, type Hello, type Reply } from '@sequencer/model';
import { WebSocketServer } from 'ws';
import { UnauthenticatedSockets } from '../http/unauthenticated-sockets.ts';
import { refuseUpgrade } from '../http/upgrades.ts';
import type { Logger } from '../lib/log.ts';
import type { Credentials } from './credentials.ts';
import { CLOSE, RunnerConnection, type ConnectionHandlers } from './runner-connection.ts';

/** Limit for runners that have sent `hello`. */
const MAX_RUNNERS = 200;
/** Limits for connections with a valid token that have not sent `hello` yet. */
const UNAUTHENTICATED = { perAddress: 100, total: 500, timeoutMs: 10_000 };

export interface RunnerState {
  connected: boolean;
  /** When it connected; while it is disconnected, when it was last seen. */
  since: Date | null;
  hello: Hello | null;
}

export class Gateway {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.messageBytes,
    perMessageDeflate: false,
    clientTracking: true,
  });
  readonly #credentials: Credentials;
  readonly #log: Logger;
  readonly #unauthenticated = new UnauthenticatedSockets(UNAUTHENTICATED);
  #admitted = 0;
  readonly #connections = new Map<string, RunnerConnection>();
  readonly #last = new Map<string, { hello: Hello; lastSeenAt: Date }>();

  constructor(credentials: Credentials, log: Logger) {
    this.#credentials = credentials;
    this.#log = log;
  }

  /** Handles the websocket upgrade of a runner. An invalid token gets HTTP 401 and uses no slot. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: string, handlers: ConnectionHandlers): void {
    const credential = this.#credentials.find(request.headers.authorization);
    if (!credential) {
      this.#log.warn({ address }, 'runner rejected: invalid token');
      const text = 'The token of this runner is invalid or was revoked.';
      refuseUpgrade(socket, new SequencerError('UNAUTHENTICATED', text, 'Give the runner a valid one.'), {
        'www-authenticate': 'Bearer',
      });
      return;
    }
    if (this.#admitted >= MAX_RUNNERS) {
      this.#log.warn({ address }, 'runner rejected: too many runners are connected');
      const text = `${String(MAX_RUNNERS)} runners are connected, which is the limit. The token is valid.`;
      const error = new SequencerError('TOO_MANY', text, 'Disconnect some.', 503);
      refuseUpgrade(socket, error, { 'retry-after': '5' });
      return;
    }
    const admitted = this.#unauthenticated.add(address, () => {
      this.#log.warn({ address }, 'runner disconnected: it sent no hello');
      socket.destroy();
    });
    socket.once('close', admitted);
    this.#server.handleUpgrade(request, socket, head, (websocket) => {
      new RunnerConnection(websocket, credential, handlers, this.#log, () => {
        admitted();
        this.#admitted += 1;
        websocket.once('close', () => {
          this.#admitted -= 1;
        });
      });
    });
  }

  /** Makes this the connection of the sequencer, and closes the previous one. */
  register(sequencer: string, connection: RunnerConnection): void {
    const before = this.#connections.get(sequencer);
    this.#connections.set(sequencer, connection);
    if (before && before !== connection) before.close(CLOSE.replaced, 'another runner connected for this sequencer');
  }

  /** Closes the connection: the runner has a newer one to another replica. */
  evict(sequencer: string): void {
    this.#connections.get(sequencer)?.close(CLOSE.replaced, 'another runner connected for this sequencer');
  }

  /** Removes the connection. Returns whether it was the current one. */
  unregister(sequencer: string, connection: RunnerConnection): boolean {
    if (connection.hello) this.#last.set(sequencer, { hello: connection.hello, lastSeenAt: connection.lastSeenAt });
    if (this.#connections.get(sequencer) !== connection) return false;
    this.#connections.delete(sequencer);
    return true;
  }

  connection(sequencer: string): RunnerConnection | null {
    return this.#connections.get(sequencer) ?? null;
  }

  state(sequencer: string): RunnerState {
    const connection = this.#connections.get(sequencer);
    if (connection) return { connected: true, since: connection.since, hello: connection.hello };
    const last = this.#last.get(sequencer);
    return { connected: false, since: last?.lastSeenAt ?? null, hello: last?.hello ?? null };
  }

  /** Throws RUNNER_AWAY, RUNNER_TIMEOUT, or the error that the runner replied. */
  async command(sequencer: string, command: Command, timeoutMs?: number): Promise<Reply> {
    const connection = this.connection(sequencer);
    if (!connection) throw new SequencerError('RUNNER_AWAY');
    const reply = await connection.command(command, timeoutMs);
    if (!reply.ok) throw SequencerError.reported(reply);
    return reply;
  }

  get connected(): number {
    return this.#connections.size;
  }

  async close(): Promise<void> {
    const ended = [...this.#server.clients].map(
      (client) =>
        new Promise<void>((resolve) => {
          client.once('close', () => {
            resolve();
          });
          client.close(CLOSE.shutdown, 'the API is shutting down');
          setTimeout(() => {
            client.terminate();
          }, 1000).unref();
        }),
    );
    await Promise.all(ended);
    this.#server.close();
  }
}
