/** What a file of the site says. It is read again when it has changed. */
import { readFileSync, statSync } from 'node:fs';
import type { Logger } from './log.ts';

const CHECK_EVERY_MS = 1000;

export class ReloadingFile<T> {
  readonly #setting: string;
  readonly #path: string;
  readonly #parse: (text: string) => T;
  readonly #log: Logger;
  #value: T;
  #version: string;
  #checkedAt = 0;

  /**
   * Throws when the file cannot be used.
   *
   * @param setting the setting that names the file, for messages
   * @param parse throws an Error that says what is wrong, without what is in the file
   */
  constructor(setting: string, path: string, parse: (text: string) => T, log: Logger) {
    this.#setting = setting;
    this.#path = path;
    this.#parse = parse;
    this.#log = log;
    try {
      this.#version = this.#stat();
      this.#value = this.#read();
    } catch (error) {
      throw new Error(`${setting} ${path} cannot be used: ${(error as Error).message}.`, { cause: error });
    }
  }

  /** A file that was spoilt later changes nothing: what the last good one said stays. */
  get value(): T {
    if (Date.now() - this.#checkedAt < CHECK_EVERY_MS) return this.#value;
    this.#checkedAt = Date.now();
    const file = { setting: this.#setting, path: this.#path };
    try {
      const version = this.#stat();
      if (version === this.#version) return this.#value;
      this.#version = version;
      this.#value = this.#read();
      this.#log.info(file, 'the file was read again');
    } catch (error) {
      this.#log.error({ ...file, err: (error as Error).message }, 'the file cannot be used; what it said before stays');
    }
    return this.#value;
  }

  #stat(): string {
    const { mtimeMs, size, ino } = statSync(this.#path);
    return [mtimeMs, size, ino].join(' ');
  }

  #read(): T {
    return this.#parse(readFileSync(this.#path, 'utf8'));
  }
}
