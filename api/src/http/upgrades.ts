/** Websocket upgrades of GraphQL clients and runners. They are counted and checked before any message is read. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { SequencerError } from '@sequencer/model';
import { WebSocketServer } from 'ws';
import { authenticate, type Authenticator } from '../auth/authenticator.ts';
import type { Logger } from '../lib/log.ts';
import { isDatabaseUnreachable } from '../store/database.ts';
import type { Guard } from './guard.ts';
import { addressKey } from '../lib/client-address.ts';
import { UnauthenticatedSockets } from './unauthenticated-sockets.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_SOCKETS = 500;
/** Per user and address. */
const MAX_SOCKETS_PER_USER = 200;
const UNAUTHENTICATED = { perAddress: 100, total: 500, timeoutMs: 5000 };
/** How long a peer has to read the response to a refused upgrade. */
const REFUSAL_TIMEOUT_MS = 1000;

/** Refuses an upgrade with an HTTP response. The connection is closed even when the peer does not read it. */
export function refuseUpgrade(
  socket: Duplex,
  { status, text }: Pick<SequencerError, 'status' | 'text'>,
  headers: Record<string, string> = {},
): void {
  const body = text === '' ? '' : `${text}\n`;
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${String(Buffer.byteLength(body))}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  const timer = setTimeout(() => {
    socket.destroy();
  }, REFUSAL_TIMEOUT_MS).unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/** Slots for the connections of users. `take` returns false when none is left. A closed socket frees its slot. */
class UserSlots {
  readonly #byUser = new Map<string, number>();
  #total = 0;

  take(key: string, socket: Duplex): boolean {
    const count = this.#byUser.get(key) ?? 0;
    if (count >= MAX_SOCKETS_PER_USER || this.#total >= MAX_SOCKETS || socket.destroyed) return false;
    this.#byUser.set(key, count + 1);
    this.#total += 1;
    socket.once('close', () => {
      const left = (this.#byUser.get(key) ?? 1) - 1;
      this.#total -= 1;
      if (left === 0) this.#byUser.delete(key);
      else this.#byUser.set(key, left);
    });
    return true;
  }
}

export interface GraphqlSockets {
  server: WebSocketServer;
  /** Call when the client has signed in. Returns false when it has too many connections. */
  signedIn: (request: IncomingMessage, user: string) => boolean;
}

export interface UpgradeParts {
  guard: Guard;
  authenticator: Authenticator;
  log: Logger;
  /** Handles the upgrades of runners. */
  runner: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export function routeUpgrades(server: Server, { guard, authenticator, log, runner }: UpgradeParts): GraphqlSockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });
  const unauthenticated = new UnauthenticatedSockets(UNAUTHENTICATED);
  const slots = new UserSlots();
  /** By request: called when its client has signed in. */
  const onSignIn = new WeakMap<IncomingMessage, (user: string) => boolean>();

  const openGraphql = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const address = addressKey(authenticator.clientAddresses.address(request));
    const destroy = () => {
      socket.destroy();
    };
    const authenticated = unauthenticated.add(address, destroy);
    socket.once('close', authenticated);
    const take = (user: string) => slots.take(`${address} ${user}`, socket);
    const user = await userOf(request);
    if (user === null) {
      onSignIn.set(request, (name) => {
        authenticated();
        return take(name);
      });
    } else {
      authenticated();
      if (!take(user)) {
        const text = 'Too many connections of this user from this address.';
        refuseUpgrade(socket, new SequencerError('TOO_MANY', text, 'Close some of them.'));
        return;
      }
      const timer = setTimeout(destroy, UNAUTHENTICATED.timeoutMs).unref();
      onSignIn.set(request, () => {
        clearTimeout(timer);
        return true;
      });
    }
    if (socket.destroyed) return;
    sockets.handleUpgrade(request, socket, head, (websocket) => sockets.emit('connection', websocket, request));
  };

  /** The user of the session or token of the request. Null when there is none, or it cannot be checked now. */
  const userOf = async (request: IncomingMessage): Promise<string | null> => {
    try {
      const { identity } = await authenticate(authenticator, request);
      return identity && identity.method !== 'none' ? identity.user.name : null;
    } catch (error) {
      // The first message on the websocket is authenticated again, and reports the error to the client.
      if (!isDatabaseUnreachable(error)) log.error({ err: error }, 'cannot identify the user of a websocket');
      return null;
    }
  };

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {
      socket.destroy();
    });
    const refusal = guard.checkRequest(request);
    const path = (request.url ?? '').split('?', 1)[0];
    if (refusal) refuseUpgrade(socket, refusal);
    else if (path === '/runner') runner(request, socket, head);
    else if (path !== '/graphql') refuseUpgrade(socket, { status: 404, text: '' });
    else void openGraphql(request, socket, head);
  });
  return { server: sockets, signedIn: (request, user) => onSignIn.get(request)?.(user) ?? false };
}
