/** Websockets: GraphQL clients and runners, counted and checked before anything is read of them. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { authenticate, type Door } from '../auth/door.ts';
import type { Logger } from '../lib/log.ts';
import { isDatabaseAway } from '../store/database.ts';
import type { Guard } from './guard.ts';
import { addressKey } from '../lib/client-address.ts';
import { UnprovedSockets } from './unproved-sockets.ts';

const MESSAGE_LIMIT = 1024 * 1024;
const SOCKETS = 500;
/** Of one user from one address. */
const SOCKETS_PER_USER = 200;
const UNPROVED = { perAddress: 100, total: 500, withinMs: 5000 };
/** For a peer to take the answer to a refused upgrade. */
const REFUSED_WITHIN_MS = 1000;

/** Answers an upgrade by HTTP. The connection does not stay, whatever the peer does. */
export function refuseUpgrade(socket: Duplex, status: number, text = '', headers: Record<string, string> = {}): void {
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
  }, REFUSED_WITHIN_MS).unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/** Places for the connections of users. `take` returns false when none is left; a closed socket gives its place back. */
class UserSlots {
  readonly #taken = new Map<string, number>();
  #all = 0;

  take(key: string, socket: Duplex): boolean {
    const count = this.#taken.get(key) ?? 0;
    if (count >= SOCKETS_PER_USER || this.#all >= SOCKETS || socket.destroyed) return false;
    this.#taken.set(key, count + 1);
    this.#all += 1;
    socket.once('close', () => {
      const left = (this.#taken.get(key) ?? 1) - 1;
      this.#all -= 1;
      if (left === 0) this.#taken.delete(key);
      else this.#taken.set(key, left);
    });
    return true;
  }
}

export interface GraphqlSockets {
  server: WebSocketServer;
  /** The client has signed in. False: it has too many connections already. */
  prove: (request: IncomingMessage, user: string) => boolean;
}

export interface UpgradeParts {
  guard: Guard;
  door: Door;
  log: Logger;
  /** Takes the upgrades of runners. */
  runner: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export function routeUpgrades(server: Server, { guard, door, log, runner }: UpgradeParts): GraphqlSockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_LIMIT,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });
  const unproved = new UnprovedSockets(UNPROVED);
  const slots = new UserSlots();
  /** Called when the client of a request has signed in. */
  const waiting = new WeakMap<IncomingMessage, (user: string) => boolean>();

  const openGraphql = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const address = addressKey(door.peers.address(request));
    const cutOff = () => {
      socket.destroy();
    };
    const proved = unproved.add(address, cutOff);
    socket.once('close', proved);
    const take = (user: string) => slots.take(`${address} ${user}`, socket);
    const user = await userOf(request);
    if (user === null) {
      waiting.set(request, (name) => {
        proved();
        return take(name);
      });
    } else {
      proved();
      if (!take(user)) {
        refuseUpgrade(socket, 429, 'Too many connections of this user from this address. Close some, or wait.');
        return;
      }
      const timer = setTimeout(cutOff, UNPROVED.withinMs).unref();
      waiting.set(request, () => {
        clearTimeout(timer);
        return true;
      });
    }
    if (socket.destroyed) return;
    sockets.handleUpgrade(request, socket, head, (websocket) => sockets.emit('connection', websocket, request));
  };

  /** The user whose session or token comes with the request. Null: none, or none that is known now. */
  const userOf = async (request: IncomingMessage): Promise<string | null> => {
    try {
      const { identity } = await authenticate(door, request);
      return identity && identity.method !== 'none' ? identity.user.name : null;
    } catch (error) {
      // The first message on the websocket asks again, and the client gets the answer there.
      if (!isDatabaseAway(error)) log.error({ err: error }, 'the user of a websocket could not be found');
      return null;
    }
  };

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {
      socket.destroy();
    });
    const refusal = guard.request(request);
    const path = (request.url ?? '').split('?', 1)[0];
    if (refusal) refuseUpgrade(socket, refusal.status, refusal.message);
    else if (path === '/runner') runner(request, socket, head);
    else if (path !== '/graphql') refuseUpgrade(socket, 404);
    else void openGraphql(request, socket, head);
  });
  return { server: sockets, prove: (request, user) => waiting.get(request)?.(user) ?? false };
}
