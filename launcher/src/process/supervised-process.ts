/** A process that is restarted whenever it ends, until `stop` is called. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogFile } from './log-file.ts';
import { removeRecord, writeRecord } from './process-record.ts';
import type { Reporter } from '../lib/reporter.ts';

export interface Program {
  /** Also the name of its log. */
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  stopSignal: NodeJS.Signals;
  /** Time between `stopSignal` and SIGKILL. */
  stopSeconds: number;
  isReady: (signal: AbortSignal) => Promise<boolean>;
}

const FIRST_DELAY = 200;
const LONGEST_DELAY = 5000;
/** A process that ran this long had started properly: the next delay is the shortest again. */
const SETTLED = 10_000;
/** A process that is not ready after this time is reported: the API waits without a limit for its database. */
const SLOW = 15_000;

export class SupervisedProcess {
  readonly program: Program;
  readonly #stage: number;
  readonly #records: string;
  readonly #report: Reporter;
  readonly #log: LogFile;
  readonly #stopping = new AbortController();
  #child: ChildProcess | null = null;
  #supervising: Promise<void> = Promise.resolve();

  constructor(program: Program, stage: number, folders: { logs: string; processes: string }, report: Reporter) {
    this.program = program;
    this.#stage = stage;
    this.#records = folders.processes;
    this.#report = report;
    this.#log = new LogFile(join(folders.logs, `${program.name}.log`));
  }

  /** Resolves when the process is ready for the first time, or when `stop` is called before that. */
  async start(): Promise<void> {
    await new Promise<void>((ready) => {
      this.#supervising = this.#supervise(ready).finally(ready);
    });
  }

  rotateLog(): void {
    this.#log.rotate();
  }

  /** Resolves when the process has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    child?.kill(this.program.stopSignal);
    const kill = setTimeout(() => {
      this.#report(`${this.program.name} did not end within ${this.program.stopSeconds} s. Killing it.`);
      this.killNow();
    }, this.program.stopSeconds * 1000);
    await this.#supervising;
    clearTimeout(kill);
    this.#log.close();
  }

  killNow(): void {
    this.#child?.kill('SIGKILL');
  }

  async #supervise(ready: () => void): Promise<void> {
    const { name } = this.program;
    const { signal } = this.#stopping;
    let delay = FIRST_DELAY;
    let first = true;
    while (!signal.aborted) {
      const begin = Date.now();
      const outcome = await this.#runOnce(() => {
        this.#report(first ? `${name} is ready.` : `${name} is ready again.`);
        first = false;
        ready();
      });
      if (isAborted(signal)) return;
      if (Date.now() - begin > SETTLED) delay = FIRST_DELAY;
      this.#reportWithLog(`${name} ${outcome}. Restarting it in ${delay / 1000} s.`);
      await sleep(delay, undefined, { signal }).catch(() => {
        // `stop` was called during the delay.
      });
      delay = Math.min(delay * 2, LONGEST_DELAY);
    }
  }

  /** Runs the process once; returns how it ended. */
  async #runOnce(onReady: () => void): Promise<string> {
    const { name, command, args, env, cwd, uid, gid, stopSignal, stopSeconds } = this.program;
    this.#log.mark();
    const child = spawn(command, args, {
      env,
      ...(cwd !== undefined && { cwd }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
      stdio: ['ignore', this.#log.fd, this.#log.fd],
      // A process group of its own: Ctrl-C in the terminal reaches only the launcher, which stops all processes in order.
      detached: true,
    });
    this.#child = child;
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    if (child.pid !== undefined) {
      try {
        writeRecord(this.#records, { name, pid: child.pid, stage: this.#stage, stopSignal, stopSeconds });
      } catch (error) {
        // A full disk must not prevent a restart.
        this.#report(`The process record of ${name} could not be written: ${String(error)}.`);
      }
    }
    const exited = new AbortController();
    const watching = this.#awaitReady(exited.signal, onReady);
    try {
      const [code, signal] = await ended;
      return signal === null ? `ended with exit code ${code ?? '?'}` : `was ended by ${signal}`;
    } catch (error) {
      return `could not be started (${String(error)})`;
    } finally {
      exited.abort();
      await watching;
      this.#child = null;
      removeRecord(this.#records, name);
    }
  }

  #reportWithLog(sentence: string): void {
    this.#report(`${sentence} Log: ${this.#log.path}`);
    const lastLine = this.#log.lastLine();
    if (lastLine) this.#report(`Last line of the log: ${lastLine}`);
  }

  async #awaitReady(signal: AbortSignal, onReady: () => void): Promise<void> {
    const slow = setTimeout(() => {
      this.#reportWithLog(`${this.program.name} is not ready yet.`);
    }, SLOW);
    try {
      while (!signal.aborted) {
        if (await this.program.isReady(signal)) {
          if (!isAborted(signal)) onReady();
          return;
        }
        await sleep(50, undefined, { signal }).catch(() => {
          // The process ended before it was ready; `#supervise` reports that.
        });
      }
    } finally {
      clearTimeout(slow);
    }
  }
}

/** A function, so that tsc does not assume the value from before an `await`. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
