/** Where log lines are written: a file descriptor that may refuse them, as a full disk or a closed pipe does. */
import { writeSync } from 'node:fs';

/** A pipe that another process has made non-blocking is full for a moment only, unless its reader is stuck. */
const TRIES_WHEN_FULL = 10;
const TRY_AGAIN_MS = 10;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Never throws and never waits long: a line that cannot be written is dropped and counted. The first line that fits
 * again follows a line with the count.
 */
export class LogDestination {
  readonly #fd: number;
  #dropped = 0;
  #why = '';
  /** Whether a line was cut off: the next one must not continue it. */
  #midLine = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Lines that could not be written since the last one that could. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#dropped > 0) {
      const time = new Date().toISOString();
      const msg = `log lines could not be written (${this.#why}) and were dropped`;
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
    // While lines are dropped, each waits no longer than one attempt.
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
        this.#why = code ?? String(error);
        if (at > 0) this.#midLine = true;
        return false;
      }
    }
    this.#midLine = false;
    return true;
  }
}
