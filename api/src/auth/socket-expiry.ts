/** Closes a websocket when the session, token or user that it was opened with expires, is revoked or is no longer valid. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Logger } from '../lib/log.ts';
import { isDatabaseUnreachable } from '../store/database.ts';
import { authenticate, type Authenticator, type Identity } from './authenticator.ts';
import type { Revocation } from './revocations.ts';

/** The close code of graphql-ws for "sign in". */
export const UNAUTHORIZED = 4401;
/** The close reason when the provider may confirm the user without interaction. */
const CONFIRM = 'Confirm at the provider';
/** Clients reconnect on this close code. graphql-ws would close with 4500, which its clients treat as fatal. */
export const TRY_AGAIN_LATER = 1013;
/** A role that was removed, or a token that another replica revoked, takes effect after at most this time. */
const CHECK_EVERY_MS = 5000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Closes the socket when the identity is no longer valid. */
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
  // The proxy checks the new connection. The random part spreads the reconnects.
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
        if (!isDatabaseUnreachable(error)) log.error({ err: error }, 'cannot check the user of a websocket');
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
