/**
 * A process that reads scripts, one at a time. It never throws: a script that cannot be read, because of its text or of the
 * load, has no reply.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import type { Logger } from '../lib/log.ts';

/** The first message of the process: it has loaded its code. */
export const READY = 'ready';

/** The time of one script, and the longest wait before it. */
const LIMIT_MS = 5000;
/** A busy machine needs seconds to load the code. */
const START_MS = 20_000;
/** Characters of the scripts that can wait: 32 of the longest. */
const QUEUE_CHARACTERS = 16 * 1024 * 1024;

export interface ScriptProcessOptions {
  /** The path of its code without an extension. In the image of the API, it is a bundle. */
  file: string;
  flags: readonly string[];
  log: Logger;
  /** Logged when the process ends while it reads a script. */
  failure: string;
  limitMs?: number | undefined;
}

interface Reading<Request, Reply> {
  request: Request;
  since: number;
  resolve: (reply: Reply | null) => void;
}

export class ScriptProcess<Request extends { script: string }, Reply extends object> {
  readonly #options: ScriptProcessOptions;
  readonly #limitMs: number;
  readonly #waiting: Reading<Request, Reply>[] = [];
  #running: Reading<Request, Reply> | null = null;
  #process: ChildProcess | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ScriptProcessOptions) {
    this.#options = options;
    this.#limitMs = options.limitMs ?? LIMIT_MS;
  }

  /** The reply of the process. */
  read(request: Request): Promise<Reply | null> {
    const waiting = this.#waiting.reduce((sum, other) => sum + other.request.script.length, request.script.length);
    if (this.#isClosed || waiting > QUEUE_CHARACTERS) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting.push({ request, since: performance.now(), resolve });
      if (!this.#running) this.#next();
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(null);
    this.#process?.kill('SIGKILL');
  }

  #next(): void {
    const reading = this.#waiting.shift();
    if (!reading) return;
    if (performance.now() - reading.since > this.#limitMs) {
      reading.resolve(null);
      this.#next();
      return;
    }
    this.#running = reading;
    try {
      const limitMs = this.#process ? this.#limitMs : START_MS;
      const child = (this.#process ??= this.#start());
      this.#limit(child, limitMs);
      child.send(reading.request);
    } catch (error) {
      this.#ended(error);
    }
  }

  #limit(child: ChildProcess, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      child.kill('SIGKILL');
      this.#ended(`no answer within ${String(ms)} ms`);
    }, ms);
  }

  #start(): ChildProcess {
    // The environment of the API has its secrets.
    const { file, flags } = this.#options;
    const path = `${file}${extname(import.meta.filename)}`;
    const child = fork(path, { execArgv: [...flags], env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const onEnd = (cause: unknown) => {
      if (this.#process === child) this.#ended(cause);
    };
    child.on('message', (message: Reply | typeof READY) => {
      if (this.#process !== child) return;
      if (message === READY) this.#limit(child, this.#limitMs);
      else this.#answer(message);
    });
    child.on('error', onEnd);
    child.on('exit', (code, signal) => {
      onEnd(`exit ${String(code ?? signal)}`);
    });
    child.unref();
    child.channel?.unref();
    return child;
  }

  /** The process ended, was ended, or could not start. */
  #ended(cause: unknown): void {
    this.#process = null;
    const { log, failure } = this.#options;
    if (this.#running && !this.#isClosed) log.warn({ err: cause }, failure);
    this.#answer(null);
  }

  #answer(reply: Reply | null): void {
    clearTimeout(this.#timer);
    this.#running?.resolve(reply);
    this.#running = null;
    this.#next();
  }
}
