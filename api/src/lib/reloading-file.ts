/** A parsed file that is read again when it changes. */
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
   * Throws when the file cannot be read or parsed.
   *
   * @param setting the setting with the path of the file, for messages
   * @param parse throws an Error with the problem, without the content of the file
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
      throw new Error(`cannot read ${setting} ${path}: ${(error as Error).message}.`, { cause: error });
    }
  }

  /** The parsed content. When the file becomes invalid, the last valid content is kept. */
  get value(): T {
    if (Date.now() - this.#checkedAt < CHECK_EVERY_MS) return this.#value;
    this.#checkedAt = Date.now();
    const file = { setting: this.#setting, path: this.#path };
    try {
      const version = this.#stat();
      if (version === this.#version) return this.#value;
      this.#version = version;
      this.#value = this.#read();
      this.#log.info(file, 'file reloaded');
    } catch (error) {
      this.#log.error(
        { ...file, err: (error as Error).message },
        'cannot reload the file; the previous content stays in use',
      );
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
