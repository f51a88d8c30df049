/** Writes log lines to a file descriptor. Writes may fail, for example on a full disk or a closed pipe. */
import { writeSync } from 'node:fs';

/** A pipe that another process made non-blocking is only briefly full, unless its reader is stuck. */
const TRIES_WHEN_FULL = 10;
const TRY_AGAIN_MS = 10;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Never throws and never blocks for long. A line that cannot be written is dropped and counted. The count is logged before
 * the next line that can be written.
 */
export class LogDestination {
  readonly #fd: number;
  #dropped = 0;
  #cause = '';
  /** Whether the last line is incomplete: the next one needs a line break before it. */
  #midLine = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The number of lines dropped since the last successful write. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#dropped > 0) {
      const time = new Date().toISOString();
      const msg = `log lines dropped: writing failed with ${this.#cause}`;
      const notice = `${JSON.stringify({ level: 40, time, dropped: this.#dropped, msg })}\n`;
      if (!this.#append(notice)) {
        this.#dropped += 1;
        return;
      }
      this.#dropped = 0;
    }
    if (!this.#append(line)) this.#dropped += 1;
  }

  #append(line: string): boolean {
    const bytes = Buffer.from(this.#midLine ? `\n${line}` : line);
    let at = 0;
    // While lines are being dropped, each gets one attempt only.
    let tries = this.#dropped > 0 ? 1 : TRIES_WHEN_FULL;
    while (at < bytes.length) {
      try {
        at += writeSync(this.#fd, bytes, at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        tries -= 1;
        if (code === 'EAGAIN' && tries > 0) {
          Atomics.wait(sleeper, 0, 0, TRY_AGAIN_MS);
          continue;
        }
        this.#cause = code ?? String(error);
        if (at > 0) this.#midLine = true;
        return false;
      }
    }
    this.#midLine = false;
    return true;
  }
}
