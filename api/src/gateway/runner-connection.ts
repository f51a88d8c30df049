/** The websocket of one runner: messages, commands with their replies, and pings. */
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
  /** Handles the first message of the runner. Events follow only after `welcome`. */
  hello: (connection: RunnerConnection, hello: Hello) => Promise<void>;
  /** May throw. Then the connection is closed and the runner reconnects. */
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

  /** @param authenticated called when the runner has sent a `hello` for which its token is valid */
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
      log.warn({ err: error }, 'connection to a runner failed');
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

  /** Replies to `hello`. Then the runner sends events. */
  welcome(runs: { run: string; acked: number; forget: boolean }[]): void {
    this.#welcomed = true;
    this.send({ type: 'welcome', runs });
  }

  /** Throws RUNNER_TIMEOUT or RUNNER_AWAY. A refused command resolves with its reply. */
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

  /** Pauses or resumes reading. Unread messages stay with the runner. */
  pauseReading(on: boolean): void {
    if (on && !this.#socket.isPaused) this.#socket.pause();
    if (!on && this.#socket.isPaused) this.#socket.resume();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // Terminates a peer that does not acknowledge the close.
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
      this.#log.warn({ sequencer: this.hello.sequencer }, 'runner disconnected: its secret was revoked');
      this.close(CLOSE.unauthorized, 'this secret was revoked');
      return;
    }
    // While reading is paused, pongs are not read either.
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
        this.#log.warn({ sequencer: this.hello?.sequencer }, 'ignored a message of an unknown type');
        return;
      }
      this.#handle(fromRunnerSchema.parse(message));
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      this.#log.warn({ sequencer: this.hello?.sequencer, why }, 'runner disconnected: it violated the protocol');
      this.close(CLOSE.protocol, 'this message violates the protocol');
    }
  }

  #handle(message: FromRunner): void {
    if (message.type === 'hello') {
      if (this.hello) throw new Error('second hello');
      if (message.protocol !== PROTOCOL_VERSION) {
        throw new Error(
          `the runner uses protocol version ${String(message.protocol)}, this API ${String(PROTOCOL_VERSION)}`,
        );
      }
      if (!this.credential.allows(message.sequencer)) {
        this.#log.warn({ sequencer: message.sequencer }, 'runner rejected: its token is for another sequencer');
        this.close(CLOSE.unauthorized, 'the token is for another sequencer');
        return;
      }
      this.hello = message;
      this.#authenticated();
      this.#handlers.hello(this, message).catch((error: unknown) => {
        this.#log.error({ err: error }, 'cannot admit a runner');
        this.close(CLOSE.shutdown, 'try again');
      });
      return;
    }
    if (!this.#welcomed) throw new Error('message before welcome');
    if (message.type === 'events') {
      this.#handlers.events(this, message);
      return;
    }
    const waiting = this.#pending.get(message.id);
    // The command has timed out already.
    if (!waiting) return;
    this.#pending.delete(message.id);
    clearTimeout(waiting.timer);
    waiting.resolve(message);
  }
}
