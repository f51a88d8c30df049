/** Back-pressure of websockets: limits the results of subscriptions that are in preparation or unread. */
import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Logger } from '../../lib/log.ts';
import type { AnswerBudget } from './answer-budget.ts';

/** Results in progress for one socket; each is a batch of events or a state. */
const PER_SOCKET = 1;
/** Results in progress for all sockets of one user. */
const PER_USER = 32;
const CHECK_MS = 1000;
const UNREAD_MS = 15_000;
/** WebSocket close code "try again later", after which clients reconnect. */
const UNREAD = 1013;

/** A semaphore with `count` slots, granted in order. */
class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves to a function that frees the slot, or, once `stopped` is aborted, to one that does nothing. */
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

  /** False if the wait was aborted. */
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
 * One result per turn of the event loop, over all sockets. Otherwise clients that catch up occupy every turn, and a small
 * query waits for all of them.
 */
let turn: Promise<void> = Promise.resolve();

function nextTurn(): Promise<void> {
  turn = turn.then(() => setImmediate());
  return turn;
}

/** One websocket: its slots, and the budgets of its answers. */
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
      // The close frame waits behind the unread messages.
      socket.terminate();
    }, CHECK_MS);
    socket.once('close', () => {
      clearInterval(check);
      for (const answer of this.#answers.values()) answer.release();
      this.#answers.clear();
    });
  }

  /** The slot for one result. Take it before reading the result; free it once the socket has accepted the result. */
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

/** The flows of all websockets, by their upgrade request. */
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

  /** Null unless the request opened a websocket. */
  of(request: IncomingMessage): SocketFlow | null {
    return this.#flows.get(request) ?? null;
  }
}
