/** The folder that holds all state, and its layout. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, asUserError } from './user-error.ts';
import { readText, writeAtomically } from './atomic-file.ts';

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

  /** One record per child process, so that the next start can stop the orphans of a crash. */
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

  /** The secret that `keepSecret` wrote; null when its file is missing or damaged (empty or truncated). */
  readSecret(name: string): string | null {
    const text = this.#read(name)?.trim() ?? '';
    return SECRET.test(text) ? text : null;
  }

  /** Only this user can read it. */
  keepSecret(name: string, secret: string): void {
    writeAtomically(join(this.path, name), `${secret}\n`);
  }

  /** A random secret: created once for the folder, and again if its file is damaged. */
  secret(name: string): string {
    const known = this.readSecret(name);
    if (known !== null) return known;
    const created = newSecret();
    this.keepSecret(name, created);
    return created;
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
