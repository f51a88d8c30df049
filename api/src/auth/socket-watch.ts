/** Websockets live as long as what they came in with: until its expiry, its end, or until it counts no more. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Logger } from '../log.ts';
import { isDatabaseAway } from '../store/database.ts';
import { whoAsks, type Door, type Identity } from './door.ts';

/** The code that tells a client to sign in, as graphql-ws knows it. */
export const UNAUTHORIZED = 4401;
/** A role that was taken away, a token that was revoked elsewhere: seen after at most this long. */
const LOOK_EVERY_MS = 5000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Closes the socket when the identity ends. */
export function watchSocket(door: Door, socket: WebSocket, request: IncomingMessage, identity: Identity, log: Logger) {
  const end = () => {
    socket.close(UNAUTHORIZED, 'Sign in again');
    // A peer that does not answer the close is cut off.
    setTimeout(() => {
      socket.terminate();
    }, 1000).unref();
  };
  const left = identity.expiresAt ? identity.expiresAt.getTime() - Date.now() : null;
  const expiry = left === null ? undefined : setTimeout(end, Math.min(left, LONGEST_TIMER_MS));
  const look = setInterval(() => {
    whoAsks(door, request).then(
      (now) => {
        if (now.identity?.user.name !== identity.user.name) end();
      },
      (error: unknown) => {
        if (!isDatabaseAway(error)) log.error({ err: error }, 'a connection could not be looked at');
      },
    );
  }, LOOK_EVERY_MS);
  const forget = door.sessions.onEnd((hash) => {
    if (hash === identity.session) end();
  });
  socket.once('close', () => {
    clearTimeout(expiry);
    clearInterval(look);
    forget();
  });
}
