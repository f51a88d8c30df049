/**
 * Reads the statements of scripts in a thread of its own: 500 kB take 200 ms. It never throws: a script that cannot be read,
 * because of its text or of the load, has no statements. What it has read stays in memory for a while.
 */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { StatementKeys } from '@sequencer/model/estimates/statement-keys';
import type { Logger } from '../lib/log.ts';

const LIMIT_MS = 5000;
/** Characters of the scripts that can wait: 32 of the longest. */
const QUEUE_CHARACTERS = 16 * 1024 * 1024;
/** Statements in memory, about 200 bytes each. */
const KEPT_STATEMENTS = 100_000;

/** In the image of the API, both files are bundles. */
const FILE = join(import.meta.dirname, `statement-thread${extname(import.meta.filename)}`);

interface Reading {
  script: string;
  resolve: (keys: StatementKeys[] | null) => void;
}

export class StatementReader {
  readonly #log: Logger;
  readonly #limitMs: number;
  readonly #waiting: Reading[] = [];
  #running: Reading | null = null;
  #thread: Worker | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** By the id of the caller, the last used one last. */
  readonly #kept = new Map<string, StatementKeys[]>();
  #keptStatements = 0;

  constructor(log: Logger, limitMs = LIMIT_MS) {
    this.#log = log;
    this.#limitMs = limitMs;
  }

  /**
   * @param id of this text, such as its hash
   * @returns null if the script cannot be read
   */
  async read(id: string, script: () => string | Promise<string>): Promise<StatementKeys[] | null> {
    const kept = this.#kept.get(id);
    if (kept) {
      this.#kept.delete(id);
      this.#kept.set(id, kept);
      return kept;
    }
    const keys = await this.#parse(await script());
    if (keys) this.#keep(id, keys);
    return keys;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(null);
    await this.#thread?.terminate();
  }

  #keep(id: string, keys: StatementKeys[]): void {
    this.#drop(id);
    this.#kept.set(id, keys);
    this.#keptStatements += keys.length + 1;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptStatements <= KEPT_STATEMENTS) break;
      this.#drop(oldest);
    }
  }

  #drop(id: string): void {
    const dropped = this.#kept.get(id);
    if (!dropped) return;
    this.#kept.delete(id);
    this.#keptStatements -= dropped.length + 1;
  }

  #parse(script: string): Promise<StatementKeys[] | null> {
    const waiting = this.#waiting.reduce((sum, other) => sum + other.script.length, script.length);
    if (this.#isClosed || waiting > QUEUE_CHARACTERS) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting.push({ script, resolve });
      if (!this.#running) this.#next();
    });
  }

  #next(): void {
    const reading = this.#waiting.shift();
    if (!reading) return;
    this.#running = reading;
    const thread = (this.#thread ??= this.#start());
    this.#timer = setTimeout(() => {
      this.#ended(thread, `no answer within ${String(this.#limitMs)} ms`);
      void thread.terminate();
    }, this.#limitMs);
    thread.postMessage(reading.script);
  }

  #start(): Worker {
    const thread = new Worker(FILE, { env: {}, resourceLimits: { maxOldGenerationSizeMb: 256 } });
    thread.on('message', (keys: StatementKeys[]) => {
      if (this.#thread === thread) this.#answer(keys);
    });
    thread.on('error', (error) => {
      this.#ended(thread, error);
    });
    thread.on('exit', (code) => {
      this.#ended(thread, `exit ${String(code)}`);
    });
    thread.unref();
    return thread;
  }

  /** The next script gets a new thread. */
  #ended(thread: Worker, cause: unknown): void {
    if (this.#thread !== thread) return;
    this.#thread = null;
    if (this.#running && !this.#isClosed)
      this.#log.warn({ err: cause }, 'the statements of a script could not be read');
    this.#answer(null);
  }

  #answer(keys: StatementKeys[] | null): void {
    clearTimeout(this.#timer);
    const running = this.#running;
    this.#running = null;
    running?.resolve(keys);
    this.#next();
  }
}
