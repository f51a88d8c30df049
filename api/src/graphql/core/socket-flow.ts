/** Back-pressure of websockets: how many results of subscriptions are prepared or unread at a time. */
import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Logger } from '../../lib/log.ts';
import type { AnswerBudget } from './answer-budget.ts';

/** Results of one socket, each a batch of events or a state. */
const PER_SOCKET = 1;
/** Of all sockets of one user. */
const PER_USER = 32;
const CHECK_MS = 1000;
const UNREAD_MS = 15_000;
/** Try again later: clients connect again. */
const UNREAD = 1013;

/** A semaphore: at most `count` at a time, the others wait in order. */
class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves to a function that frees the slot; to one that does nothing when `stopped` is aborted. */
  async take(stopped: AbortSignal): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#passed(stopped))) return () => undefined;
    let isFree = false;
    return () => {
      if (isFree) return;
      isFree = true;
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    };
  }

  /** False when the wait was given up. */
  #passed(stopped: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (passed: boolean) => {
        this.#waiting.delete(pass);
        stopped.removeEventListener('abort', giveUp);
        resolve(passed);
      };
      const pass = () => {
        settle(true);
      };
      const giveUp = () => {
        settle(false);
      };
      this.#waiting.add(pass);
      if (stopped.aborted) giveUp();
      else stopped.addEventListener('abort', giveUp);
    });
  }
}

/**
 * One result for each turn of the event loop, whichever socket it is for. Without that, clients that catch up take every
 * turn, and a small query waits for all of them.
 */
let turn: Promise<void> = Promise.resolve();

function nextTurn(): Promise<void> {
  turn = turn.then(() => setImmediate());
  return turn;
}

/** One websocket: what it may have unread, and the answers that are for it. */
export class SocketFlow {
  readonly #own = new Slots(PER_SOCKET);
  readonly #user: Slots;
  readonly #answers = new Map<string, AnswerBudget>();

  constructor(socket: WebSocket, user: Slots, onUnread: () => void) {
    this.#user = user;
    let readAt = Date.now();
    let unread = 0;
    const check = setInterval(() => {
      const { bufferedAmount } = socket;
      if (bufferedAmount === 0 || bufferedAmount < unread) readAt = Date.now();
      unread = bufferedAmount;
      if (Date.now() - readAt < UNREAD_MS) return;
      clearInterval(check);
      onUnread();
      socket.close(UNREAD, 'The client does not read its messages');
      // A close frame is behind what is not read.
      socket.terminate();
    }, CHECK_MS);
    socket.once('close', () => {
      clearInterval(check);
      for (const answer of this.#answers.values()) answer.release();
      this.#answers.clear();
    });
  }

  /** For one result: taken before it is read from its source, and freed once the socket has taken it. */
  async slot(stopped: AbortSignal): Promise<() => void> {
    const own = await this.#own.take(stopped);
    const user = await this.#user.take(stopped);
    await nextTurn();
    return () => {
      user();
      own();
    };
  }

  begin(operation: string, answer: AnswerBudget): void {
    this.#answers.set(operation, answer);
  }

  end(operation: string): void {
    this.#answers.get(operation)?.release();
    this.#answers.delete(operation);
  }
}

/** The flows of all websockets, by the request that opened each. */
export class SocketFlows {
  readonly #log: Logger;
  readonly #flows = new WeakMap<IncomingMessage, SocketFlow>();
  readonly #users = new Map<string, { slots: Slots; sockets: number }>();

  constructor(log: Logger) {
    this.#log = log;
  }

  open(request: IncomingMessage, socket: WebSocket, user: string): void {
    const known = this.#users.get(user) ?? { slots: new Slots(PER_USER), sockets: 0 };
    this.#users.set(user, known);
    known.sockets += 1;
    socket.once('close', () => {
      known.sockets -= 1;
      if (known.sockets === 0) this.#users.delete(user);
    });
    const flow = new SocketFlow(socket, known.slots, () => {
      this.#log.warn({ user, bytes: socket.bufferedAmount }, 'closing a websocket whose client does not read');
    });
    this.#flows.set(request, flow);
  }

  /** Null for a request that opened no websocket. */
  of(request: IncomingMessage): SocketFlow | null {
    return this.#flows.get(request) ?? null;
  }
}
