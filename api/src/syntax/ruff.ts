/**
 * Checks scripts with Ruff, in a process of its own. It never throws: a script that cannot be checked, because of its text or
 * of the load, has no report.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { extname, join } from 'node:path';
import type { Logger } from '../lib/log.ts';
import { READY, type RuffReport } from './report.ts';
import type { RuffRequest } from './ruff-process.ts';
import { targetVersions } from './target-versions.ts';

/** The time of one check, and the longest wait before it. */
const LIMIT_MS = 5000;
/** A busy machine needs seconds to load Ruff. */
const START_MS = 20_000;
/** Characters of the scripts that can wait: 32 of the longest. */
const QUEUE_CHARACTERS = 16 * 1024 * 1024;

/** In the image of the API, both files are bundles. */
const FILE = join(import.meta.dirname, `ruff-process${extname(import.meta.filename)}`);
const FLAGS = [
  // The optimizing compiler takes 300 MB for this module. Without it, a check of 500 kB takes 40 ms.
  '--liftoff-only',
  // At most 128 MiB for Ruff, and 128 MiB for what it reports.
  '--wasm-max-mem-pages=2048',
  '--max-old-space-size=128',
];

interface Check {
  request: RuffRequest;
  since: number;
  resolve: (report: RuffReport | null) => void;
}

export class Ruff {
  readonly #log: Logger;
  readonly #limitMs: number;
  readonly #waiting: Check[] = [];
  #running: Check | null = null;
  #process: ChildProcess | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(log: Logger, limitMs = LIMIT_MS) {
    this.#log = log;
    this.#limitMs = limitMs;
  }

  /**
   * @param python version that the script will run with; null if it is unknown
   * @param withSorunlib whether to look for problems with calls of sorunlib, too
   * @returns null if the script cannot be checked
   */
  check(script: string, python: string | null, withSorunlib = false): Promise<RuffReport | null> {
    const targets = targetVersions(python);
    const waiting = this.#waiting.reduce((sum, { request }) => sum + request.script.length, script.length);
    if (targets.length === 0 || this.#isClosed || waiting > QUEUE_CHARACTERS) return Promise.resolve(null);
    // Python ignores a byte order mark, and columns do not count it.
    const request = { script: script.replace(/^\uFEFF/, ''), targets, withSorunlib };
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
    const check = this.#waiting.shift();
    if (!check) return;
    if (performance.now() - check.since > this.#limitMs) {
      check.resolve(null);
      this.#next();
      return;
    }
    this.#running = check;
    try {
      const limitMs = this.#process ? this.#limitMs : START_MS;
      const child = (this.#process ??= this.#start());
      this.#limit(child, limitMs);
      child.send(check.request);
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
    const child = fork(FILE, { execArgv: FLAGS, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const onEnd = (cause: unknown) => {
      if (this.#process === child) this.#ended(cause);
    };
    child.on('message', (message: RuffReport | typeof READY) => {
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
    if (this.#running && !this.#isClosed)
      this.#log.warn({ err: cause }, 'Ruff ended during a check, so a script was not checked');
    this.#answer(null);
  }

  #answer(report: RuffReport | null): void {
    clearTimeout(this.#timer);
    this.#running?.resolve(report);
    this.#running = null;
    this.#next();
  }
}
