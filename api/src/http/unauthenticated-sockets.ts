/**
 * Sockets that are not authenticated yet. Their number is limited by address and in total, and their time is limited. At a
 * limit the oldest socket is closed, so that a client with many sockets cannot lock out others behind the same proxy.
 */

interface UnauthenticatedSocket {
  address: string;
  end: () => void;
  timer: NodeJS.Timeout;
}

export interface UnauthenticatedLimits {
  perAddress: number;
  total: number;
  timeoutMs: number;
}

export class UnauthenticatedSockets {
  readonly #limits: UnauthenticatedLimits;
  /** Ordered by the time when they were opened. */
  readonly #all = new Set<UnauthenticatedSocket>();
  readonly #byAddress = new Map<string, Set<UnauthenticatedSocket>>();

  constructor(limits: UnauthenticatedLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#all.size;
  }

  /**
   * @param end closes the socket. Called at the timeout, or when a newer socket needs its slot
   * @returns a function to call once, when the socket is authenticated or closed
   */
  add(address: string, end: () => void): () => void {
    const same = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, same);
    if (same.size >= this.#limits.perAddress) this.#end(same);
    if (this.#all.size >= this.#limits.total) this.#end(this.#all);
    const timer = setTimeout(() => {
      this.#remove(socket);
      end();
    }, this.#limits.timeoutMs);
    const socket = { address, end, timer: timer.unref() };
    same.add(socket);
    this.#byAddress.set(address, same);
    this.#all.add(socket);
    return () => {
      this.#remove(socket);
    };
  }

  #end([oldest]: Set<UnauthenticatedSocket>): void {
    if (!oldest) return;
    this.#remove(oldest);
    oldest.end();
  }

  #remove(socket: UnauthenticatedSocket): void {
    clearTimeout(socket.timer);
    this.#all.delete(socket);
    const same = this.#byAddress.get(socket.address);
    same?.delete(socket);
    if (same?.size === 0) this.#byAddress.delete(socket.address);
  }
}
