/** One runner's websocket: messages in and out, commands with their replies, and whether the other end is alive. */
import { randomUUID } from 'node:crypto';
import {
  PROTOCOL_VERSION,
  SequencerError,
  fromRunnerSchema,
  isUnknownType,
  parseStorable,
  type Command,
  type EventsMessage,
  type FromRunner,
  type Hello,
  type Reply,
  type ToRunner,
} from '@sequencer/model';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Logger } from '../lib/log.ts';
import type { Credential } from './credentials.ts';

export const CLOSE = { unauthorized: 4001, protocol: 4002, replaced: 4003, shutdown: 1012 } as const;

const PING_EVERY_MS = 5000;
const COMMAND_TIMEOUT_MS = 5000;

export interface ConnectionHandlers {
  /** Answers the runner's first message. Events come only after that. */
  hello: (connection: RunnerConnection, hello: Hello) => Promise<void>;
  /** May throw: then the conversation begins anew. */
  events: (connection: RunnerConnection, message: EventsMessage) => void;
  seen: (connection: RunnerConnection) => void;
  closed: (connection: RunnerConnection) => void;
}

interface PendingCommand {
  resolve: (reply: Reply) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

export class RunnerConnection {
  hello: Hello | null = null;
  readonly since = new Date();
  lastSeenAt = new Date();
  readonly credential: Credential;
  readonly #socket: WebSocket;
  readonly #handlers: ConnectionHandlers;
  readonly #log: Logger;
  readonly #authenticated: () => void;
  readonly #pending = new Map<string, PendingCommand>();
  readonly #closed = new AbortController();
  #welcomed = false;
  #alive = true;

  /** @param authenticated called when the runner has sent a `hello` that its token allows */
  constructor(
    socket: WebSocket,
    credential: Credential,
    handlers: ConnectionHandlers,
    log: Logger,
    authenticated: () => void,
  ) {
    this.#socket = socket;
    this.credential = credential;
    this.#handlers = handlers;
    this.#log = log;
    this.#authenticated = authenticated;
    const ping = setInterval(() => {
      this.#ping();
    }, PING_EVERY_MS);
    socket.on('message', (data: Buffer, isBinary) => {
      this.#seen();
      this.#onMessage(isBinary ? null : data.toString());
    });
    socket.on('pong', () => {
      this.#seen();
    });
    socket.on('error', (error) => {
      log.warn({ err: error }, 'the connection to a runner broke');
    });
    socket.on('close', () => {
      clearInterval(ping);
      this.#closed.abort();
      for (const waiting of this.#pending.values()) {
        clearTimeout(waiting.timer);
        waiting.reject(new SequencerError('RUNNER_AWAY'));
      }
      this.#pending.clear();
      handlers.closed(this);
    });
  }

  /** Aborted when the connection has ended. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  send(message: ToRunner): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Answers `hello`; from here on the runner sends events. */
  welcome(runs: { run: string; acked: number; forget: boolean }[]): void {
    this.#welcomed = true;
    this.send({ type: 'welcome', runs });
  }

  /** Throws RUNNER_TIMEOUT or RUNNER_AWAY; a refusal is a reply. */
  command(command: Command, timeoutMs: number = COMMAND_TIMEOUT_MS): Promise<Reply> {
    if (this.#closed.signal.aborted) return Promise.reject(new SequencerError('RUNNER_AWAY'));
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new SequencerError('RUNNER_TIMEOUT'));
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      this.send({ type: 'command', id, command });
    });
  }

  /** Stops or goes on reading: what is not read stays with the runner. */
  pauseReading(on: boolean): void {
    if (on && !this.#socket.isPaused) this.#socket.pause();
    if (!on && this.#socket.isPaused) this.#socket.resume();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // A peer that does not answer the close is cut off.
    setTimeout(() => {
      this.#socket.terminate();
    }, 1000).unref();
  }

  #seen(): void {
    this.#alive = true;
    this.lastSeenAt = new Date();
    this.#handlers.seen(this);
  }

  #ping(): void {
    if (this.hello && !this.credential.allows(this.hello.sequencer)) {
      this.#log.warn({ sequencer: this.hello.sequencer }, 'a runner was sent away: its secret does not count any more');
      this.close(CLOSE.unauthorized, 'this secret does not count any more');
      return;
    }
    // While it is held back, its pongs are not read either.
    if (this.#socket.isPaused) return;
    if (!this.#alive) {
      this.#socket.terminate();
      return;
    }
    this.#alive = false;
    this.#socket.ping();
  }

  #onMessage(text: string | null): void {
    try {
      const message: unknown = parseStorable(text ?? '');
      if (this.#welcomed && isUnknownType(message, fromRunnerSchema)) {
        this.#log.warn({ sequencer: this.hello?.sequencer }, 'a message of an unknown type was ignored');
        return;
      }
      this.#handle(fromRunnerSchema.parse(message));
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      this.#log.warn({ sequencer: this.hello?.sequencer, why }, 'a runner did not follow the protocol');
      this.close(CLOSE.protocol, 'this message does not follow the protocol');
    }
  }

  #handle(message: FromRunner): void {
    if (message.type === 'hello') {
      if (this.hello) throw new Error('a second hello');
      if (message.protocol !== PROTOCOL_VERSION) {
        throw new Error(`the runner speaks version ${String(message.protocol)}, this is ${String(PROTOCOL_VERSION)}`);
      }
      if (!this.credential.allows(message.sequencer)) {
        this.#log.warn({ sequencer: message.sequencer }, 'a runner was refused: its token is of another sequencer');
        this.close(CLOSE.unauthorized, 'the token is of another sequencer');
        return;
      }
      this.hello = message;
      this.#authenticated();
      this.#handlers.hello(this, message).catch((error: unknown) => {
        this.#log.error({ err: error }, 'a runner could not be welcomed');
        this.close(CLOSE.shutdown, 'try again');
      });
      return;
    }
    if (!this.#welcomed) throw new Error('a message before welcome');
    if (message.type === 'events') {
      this.#handlers.events(this, message);
      return;
    }
    const waiting = this.#pending.get(message.id);
    // Nobody waits any more: the reply came too late.
    if (!waiting) return;
    this.#pending.delete(message.id);
    clearTimeout(waiting.timer);
    waiting.resolve(message);
  }
}
