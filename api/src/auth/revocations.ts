/** Notifies open connections that what they were opened with has ended in this process. */
import { EventEmitter } from 'node:events';

/**
 * A session by its hash, a token by its id, or every connection of a user.
 *
 * `unconfirmed`: the provider has to confirm the user again, which needs no interaction while they are signed in there.
 */
export type Revocation = { session: string; reconfirm?: boolean } | { token: string } | { user: string };

export class Revocations {
  readonly #events = new EventEmitter<{ ended: [ending: Revocation] }>().setMaxListeners(0);

  publish(revocation: Revocation): void {
    this.#events.emit('ended', revocation);
  }

  /** Returns how to stop listening. */
  subscribe(listener: (ending: Revocation) => void): () => void {
    this.#events.on('ended', listener);
    return () => this.#events.off('ended', listener);
  }
}
