/** Carries out the conversation of `RunnerSession` over a websocket, with a clock. */
import { randomUUID } from 'node:crypto';
import type { AnyEvent, Command, Hello, Reply } from '@sequencer/model';
import type { WebSocket } from 'ws';
import { warn, type Logger } from '../lib/log.ts';
import type { LiveRun } from '../runs/live-run.ts';
import { retryUntilAborted } from '../store/retry.ts';
import type { Credential } from './credentials.ts';
import { CLOSE, RunnerSession, type Output } from './runner-session.ts';

const TICK_MS = 1000;
/** How long a peer may take to acknowledge a close. */
const CLOSE_TIMEOUT_MS = 1000;

export interface RunnerHandlers {
  admit: (runner: RunnerSocket, hello: Hello) => Promise<void>;
  /** The run has received new events. The invalid ones are recorded too. */
  received: (live: LiveRun, invalid: readonly AnyEvent[]) => void;
  closed: (runner: RunnerSocket) => void;
}

export class RunnerSocket {
  readonly since = new Date();
  lastSeenAt = new Date();
  readonly session: RunnerSession;
  readonly #socket: WebSocket;
  readonly #handlers: RunnerHandlers;
  readonly #log: Logger;
  readonly #replies = new Map<string, (reply: Reply) => void>();
  readonly #closed = new AbortController();

  constructor(socket: WebSocket, credential: Credential, handlers: RunnerHandlers, log: Logger) {
    this.#socket = socket;
    this.session = new RunnerSession(credential);
    this.#handlers = handlers;
    this.#log = log;
    const ticks = setInterval(() => {
      this.carryOut(this.session.tick(performance.now()));
    }, TICK_MS);
    socket.on('message', (data: Buffer, isBinary) => {
      this.#onSeen();
      this.carryOut(this.session.message(isBinary ? null : data.toString()));
    });
    socket.on('pong', () => {
      this.#onSeen();
      this.session.pong();
    });
    socket.on('error', (error) => {
      log.warn({ err: error }, 'connection to a runner failed');
    });
    socket.on('close', () => {
      clearInterval(ticks);
      this.#closed.abort();
      this.carryOut(this.session.end());
      handlers.closed(this);
    });
  }

  /** Resolves to the reply of the runner, or to RUNNER_TIMEOUT or RUNNER_AWAY. */
  command(command: Command, starts?: LiveRun): Promise<Reply> {
    const id = randomUUID();
    return new Promise((resolve) => {
      this.#replies.set(id, resolve);
      this.carryOut(this.session.command(id, command, performance.now(), starts));
    });
  }

  close(code: number, reason: string): void {
    this.carryOut(this.session.end({ type: 'close', code, reason }));
  }

  carryOut(outputs: Output[]): void {
    for (const output of outputs) this.#carryOut(output);
  }

  #onSeen(): void {
    this.lastSeenAt = new Date();
    for (const live of this.session.runs) live.seenAt = this.lastSeenAt;
  }

  async #admit(hello: Hello): Promise<void> {
    const fields = { sequencer: hello.sequencer, run: this.session.credential.run };
    const onFailure = warn(this.#log, 'cannot admit a runner yet', fields);
    const admit = () => this.#handlers.admit(this, hello);
    await retryUntilAborted(this.#closed.signal, admit, onFailure).catch(() => undefined);
  }

  #carryOut(output: Output): void {
    switch (output.type) {
      case 'send':
        if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(output.message));
        return;
      case 'admit':
        void this.#admit(output.hello);
        return;
      case 'record':
        try {
          this.#handlers.received(output.live, output.invalid);
        } catch (error) {
          this.#log.error({ run: output.live.row.id, err: error }, 'cannot record the events of a runner');
          this.close(CLOSE.protocol, 'these events cannot be recorded');
        }
        return;
      case 'read':
        if (output.paused) this.#socket.pause();
        else this.#socket.resume();
        return;
      case 'reply':
        this.#replies.get(output.reply.id)?.(output.reply);
        this.#replies.delete(output.reply.id);
        return;
      case 'ping':
        this.#socket.ping();
        return;
      case 'ignored':
        this.#log.warn({ sequencer: this.session.hello?.sequencer }, 'ignored a message of an unknown type');
        return;
      case 'close':
        this.#log.warn({ sequencer: this.session.hello?.sequencer, ...output }, 'closing the connection of a runner');
        this.#socket.close(output.code, output.reason);
        setTimeout(() => {
          this.#socket.terminate();
        }, CLOSE_TIMEOUT_MS).unref();
        return;
      case 'terminate':
        this.#socket.terminate();
    }
  }
}
