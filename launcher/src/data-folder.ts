/** The one folder that holds all state, and where things are in it. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, asUserError } from './user-error.ts';
import { readText, writeWhole } from './whole-file.ts';

const SECRET = /^[0-9a-f]{48}$/;

export function newSecret(): string {
  return randomBytes(24).toString('hex');
}

export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    try {
      if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o711);
      for (const folder of [this.logs, this.processes]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw (
        asUserError(error) ??
        new UserError(`The data folder ${path} cannot be used: ${String(error)}. Set DATA_DIR to another one.`)
      );
    }
  }

  get logs(): string {
    return join(this.path, 'logs');
  }

  /** A file for each process of ours, so that the next start can end what a crash has left. */
  get processes(): string {
    return join(this.path, 'processes');
  }

  get lock(): string {
    return join(this.path, 'launcher.lock');
  }

  get postgres(): string {
    return join(this.path, 'postgres');
  }

  runner(sequencer: string): string {
    return join(this.path, 'runner', sequencer);
  }

  ocs(sequencer: string): string {
    return join(this.path, 'ocs', sequencer);
  }

  /** What `keepSecret` wrote; null when there is no such file, or it is damaged: empty or cut off. */
  readSecret(name: string): string | null {
    const text = this.#read(name)?.trim() ?? '';
    return SECRET.test(text) ? text : null;
  }

  /** Only this user can read it. */
  keepSecret(name: string, secret: string): void {
    writeWhole(join(this.path, name), `${secret}\n`);
  }

  /** A random word, made once for the folder, and again when its file is damaged. */
  secret(name: string): string {
    const known = this.readSecret(name);
    if (known !== null) return known;
    const made = newSecret();
    this.keepSecret(name, made);
    return made;
  }

  #read(name: string): string | null {
    try {
      return readText(join(this.path, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return null;
    }
  }
}
