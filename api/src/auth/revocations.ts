/** Notifies open connections when their session, token or user is revoked in this process. */
import { EventEmitter } from 'node:events';

/**
 * Identifies a session by its hash, a token by its id, or every connection of a user.
 *
 * `reconfirm`: the provider must confirm the user again. That needs no interaction while the user is signed in there.
 */
export type Revocation = { session: string; reconfirm?: boolean } | { token: string } | { user: string };

export class Revocations {
  readonly #events = new EventEmitter<{ revoked: [revocation: Revocation] }>().setMaxListeners(0);

  publish(revocation: Revocation): void {
    this.#events.emit('revoked', revocation);
  }

  /** Returns a function that unsubscribes. */
  subscribe(listener: (revocation: Revocation) => void): () => void {
    this.#events.on('revoked', listener);
    return () => this.#events.off('revoked', listener);
  }
}
