/** Websockets: GraphQL clients and runners, counted and checked before anything is read of them. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Guard } from './guard.ts';
import { addressKey, type Peers } from './peer.ts';

const MESSAGE_LIMIT = 1024 * 1024;
const SOCKETS = 500;
const SOCKETS_PER_ADDRESS = 200;

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}

/** @param runner takes the upgrades of runners */
export function routeUpgrades(
  server: Server,
  guard: Guard,
  peers: Peers,
  runner: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_LIMIT,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
  });
  const perAddress = new Map<string, number>();
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {
      socket.destroy();
    });
    const refusal = guard.request(request);
    if (refusal) {
      refuseUpgrade(socket, refusal.status);
      return;
    }
    const path = (request.url ?? '').split('?', 1)[0];
    if (path === '/runner') {
      runner(request, socket, head);
      return;
    }
    const address = addressKey(peers.address(request));
    const count = perAddress.get(address) ?? 0;
    if (path !== '/graphql') refuseUpgrade(socket, 404);
    else if (sockets.clients.size >= SOCKETS || count >= SOCKETS_PER_ADDRESS) refuseUpgrade(socket, 429);
    else {
      perAddress.set(address, count + 1);
      socket.once('close', () => perAddress.set(address, (perAddress.get(address) ?? 1) - 1));
      sockets.handleUpgrade(request, socket, head, (websocket) => sockets.emit('connection', websocket, request));
    }
  });
  return sockets;
}
