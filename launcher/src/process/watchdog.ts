/**
 * Stops the launcher's processes after the launcher was killed. A shell waits for end of file on its standard input, a pipe that
 * closes when the launcher ends for any reason.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { LogFile } from './log-file.ts';
import type { DataFolder } from '../lib/data-folder.ts';

export class Watchdog {
  readonly #folder: DataFolder;
  readonly #log: LogFile;
  #child: ChildProcess;
  #stopped = false;

  constructor(folder: DataFolder) {
    this.#folder = folder;
    this.#log = new LogFile(join(folder.logs, 'watchdog.log'));
    this.#child = this.#start();
  }

  #start(): ChildProcess {
    const then = [process.execPath, join(import.meta.dirname, 'end-orphans.ts'), this.#folder.processes];
    const child = spawn('/bin/sh', ['-c', 'cat >/dev/null; exec "$@"', 'sh', ...then], {
      stdio: ['pipe', this.#log.fd, this.#log.fd],
      detached: true,
    });
    child.once('exit', () => {
      if (!this.#stopped) this.#child = this.#start();
    });
    return child;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const { pid } = this.#child;
    if (pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      // The shell and its `cat`.
      process.kill(-pid, 'SIGKILL');
      await ended;
    }
    this.#log.close();
  }
}
