/** Starts groups of processes in order, supervises them, and stops them in reverse order. */
import type { DataFolder } from './lib/data-folder.ts';
import { SupervisedProcess, type Program } from './process/supervised-process.ts';
import type { Reporter } from './lib/reporter.ts';
import { Watchdog } from './process/watchdog.ts';

const ROTATE_MS = 5000;

export class Launcher {
  readonly #groups: SupervisedProcess[][];
  readonly #watchdog: Watchdog;
  readonly #rotating: NodeJS.Timeout;
  #started = 0;
  #stopped: Promise<void> | null = null;

  constructor(programs: Program[][], data: DataFolder, report: Reporter) {
    this.#groups = programs.map((group, stage) =>
      group.map((program) => new SupervisedProcess(program, stage, data, report)),
    );
    this.#watchdog = new Watchdog(data);
    this.#rotating = setInterval(() => {
      for (const supervised of this.#groups.flat()) supervised.rotateLog();
    }, ROTATE_MS);
  }

  /** Resolves to true when all processes are ready, and to false if `stop` was called before that. */
  async start(): Promise<boolean> {
    for (const group of this.#groups) {
      if (this.#stopped) return false;
      this.#started += 1;
      await Promise.all(group.map((supervised) => supervised.start()));
    }
    return this.#stopped === null;
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#rotating);
    for (const group of this.#groups.slice(0, this.#started).reverse()) {
      await Promise.all(group.map((supervised) => supervised.stop()));
    }
    await this.#watchdog.stop();
  }

  /** Sends SIGKILL to every process, without waiting for clean-up. */
  killAll(): void {
    for (const supervised of this.#groups.flat()) supervised.killNow();
  }
}
