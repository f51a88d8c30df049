/** The one folder that holds all state, and where things are in it. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SentenceError } from './sentence-error.ts';

export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    try {
      if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o711);
      for (const folder of [this.logs, this.processes]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new SentenceError(`The data folder ${path} cannot be used: ${String(error)}. Set DATA_DIR to another one.`);
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

  /** A random word that only this user can read, made once for the folder. */
  secret(name: string): string {
    const file = join(this.path, name);
    try {
      writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    return readFileSync(file, 'utf8').trim();
  }
}
