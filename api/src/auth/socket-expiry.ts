/** Websockets live as long as what they came in with: until its expiry, its end, or until it counts no more. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Logger } from '../lib/log.ts';
import { isDatabaseUnreachable } from '../store/database.ts';
import { authenticate, type Authenticator, type Identity } from './authenticator.ts';
import type { Revocation } from './revocations.ts';

/** The code that tells a client to sign in, as graphql-ws knows it. */
export const UNAUTHORIZED = 4401;
/** The close reason when the provider may confirm the user without interaction. */
const CONFIRM = 'Confirm at the provider';
/** To a client it means: connect again. graphql-ws would close with 4500, and its clients take that for the end. */
export const TRY_AGAIN_LATER = 1013;
/** A role that was taken away, a token that was revoked elsewhere: seen after at most this long. */
const CHECK_EVERY_MS = 5000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Closes the socket when the identity ends. */
export function closeOnExpiry(
  authenticator: Authenticator,
  socket: WebSocket,
  request: IncomingMessage,
  identity: Identity,
  log: Logger,
) {
  const close = (code: number, reason: string) => {
    socket.close(code, reason);
    // A peer that does not answer the close is cut off.
    setTimeout(() => {
      socket.terminate();
    }, 1000).unref();
  };
  const end = (reason = 'Sign in again') => {
    close(UNAUTHORIZED, reason);
  };
  const reconnect = () => {
    close(TRY_AGAIN_LATER, 'Connect again');
  };
  const remainingMs = identity.expiresAt ? identity.expiresAt.getTime() - Date.now() : null;
  const expiry = remainingMs === null ? undefined : setTimeout(end, Math.min(remainingMs, MAX_TIMER_MS));
  // The proxy sees the new connection, and decides again. Not all at the same moment.
  const recheck =
    identity.method === 'proxy'
      ? setTimeout(reconnect, authenticator.proxyRecheckMs * (0.8 + 0.2 * Math.random()))
      : undefined;
  const check = setInterval(() => {
    authenticate(authenticator, request).then(
      (now) => {
        if (now.identity?.user.name !== identity.user.name) end();
      },
      (error: unknown) => {
        if (!isDatabaseUnreachable(error)) log.error({ err: error }, 'the user of a connection could not be checked');
      },
    );
  }, CHECK_EVERY_MS);
  const unsubscribe = authenticator.revocations.subscribe((ending: Revocation) => {
    if ('session' in ending && ending.session === identity.session) {
      end(ending.reconfirm ? CONFIRM : undefined);
    } else if ('token' in ending && ending.token === identity.token) end();
    else if ('user' in ending && ending.user === identity.user.name) {
      // A valid token is sent again after the reconnect.
      if (identity.method === 'token') reconnect();
      else end();
    }
  });
  socket.once('close', () => {
    clearTimeout(expiry);
    clearTimeout(recheck);
    clearInterval(check);
    unsubscribe();
  });
}
