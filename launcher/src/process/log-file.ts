/** The log file of a process. The process writes it directly, without the launcher. Above a size limit it is rotated to `.1`. */
import { closeSync, copyFileSync, fstatSync, openSync, readSync, rmSync, truncateSync } from 'node:fs';

export class LogFile {
  readonly path: string;
  readonly #limit: number;
  readonly #fd: number;
  #mark = 0;

  constructor(path: string, limit = 10 * 1024 * 1024) {
    this.path = path;
    this.#limit = limit;
    this.#fd = openSync(path, 'a+', 0o600);
  }

  get fd(): number {
    return this.#fd;
  }

  /** If the disk has no room for the copy, the file stays as it is; the next call tries again. */
  rotate(): void {
    if (fstatSync(this.#fd).size <= this.#limit) return;
    const copy = `${this.path}.1`;
    try {
      copyFileSync(this.path, copy);
    } catch {
      rmSync(copy, { force: true });
      return;
    }
    truncateSync(this.path);
    this.#mark = 0;
  }

  /** Marks where the output of a new process begins. */
  mark(): void {
    this.#mark = fstatSync(this.#fd).size;
  }

  /** The last line since the mark; empty if there is none. */
  lastLine(): string {
    const { size } = fstatSync(this.#fd);
    const from = Math.max(Math.min(this.#mark, size), size - 4096);
    const buffer = Buffer.alloc(size - from);
    readSync(this.#fd, buffer, 0, buffer.length, from);
    return buffer.toString().trimEnd().split('\n').at(-1)?.slice(-500) ?? '';
  }

  close(): void {
    closeSync(this.#fd);
  }
}
