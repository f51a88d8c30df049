/** Notifies open connections that what they were opened with has ended in this process. */
import { EventEmitter } from 'node:events';

/**
 * A session by its hash, a token by its id, or every connection of a user.
 *
 * `unconfirmed`: the provider has to confirm the user again, which needs no interaction while they are signed in there.
 */
export type Ending = { session: string; unconfirmed?: boolean } | { token: string } | { user: string };

export class Endings {
  readonly #events = new EventEmitter<{ ended: [ending: Ending] }>().setMaxListeners(0);

  ended(ending: Ending): void {
    this.#events.emit('ended', ending);
  }

  /** Returns how to stop listening. */
  onEnd(listener: (ending: Ending) => void): () => void {
    this.#events.on('ended', listener);
    return () => this.#events.off('ended', listener);
  }
}
