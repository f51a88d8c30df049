/** The people who sign in with a password, from a file that the site writes. It is read again when it has changed. */
import { readFileSync, statSync } from 'node:fs';
import type { Logger } from '../log.ts';
import { parseGrant, type Grant } from './grants.ts';
import { isHash } from './password.ts';
import { USER_NAME } from './user.ts';

export interface FileUser {
  name: string;
  grant: Grant;
  hash: string;
}

/** Throws one Error that names each line that is wrong, without what is in it. */
export function parseUsers(text: string): Map<string, FileUser> {
  const users = new Map<string, FileUser>();
  const problems: string[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [name = '', role = '', hash = '', ...rest] = line.split(':');
    const grant = parseGrant(role);
    const problem = !USER_NAME.test(name)
      ? 'the name may have letters, digits, and . _ @ + -, at most 64 of them'
      : !grant
        ? 'the role has to be viewer, operator, operator@satp1+lat or admin'
        : !isHash(hash) || rest.length > 0
          ? 'what follows the role has to be a hash made by `hash-password`'
          : users.has(name)
            ? 'the name is there twice'
            : null;
    if (problem) problems.push(`line ${String(index + 1)}: ${problem}`);
    else if (grant) users.set(name, { name, grant, hash });
  }
  if (problems.length > 0) throw new Error(problems.join('; '));
  return users;
}

const LOOK_EVERY_MS = 1000;

export class UsersFile {
  readonly #path: string;
  readonly #log: Logger;
  #users: Map<string, FileUser>;
  #version: string;
  #lookedAt = 0;

  /** Throws when the file cannot be used. */
  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
    this.#version = this.#stat();
    this.#users = this.#read();
    if (this.#users.size === 0) {
      throw new Error(`USERS_FILE ${path} has no user: nobody could sign in. Make a line with \`hash-password\`.`);
    }
  }

  find(name: string): FileUser | null {
    this.#refresh();
    return this.#users.get(name.normalize('NFC')) ?? null;
  }

  #stat(): string {
    const { mtimeMs, size, ino } = statSync(this.#path);
    return [mtimeMs, size, ino].join(' ');
  }

  #read(): Map<string, FileUser> {
    try {
      return parseUsers(readFileSync(this.#path, 'utf8').normalize('NFC'));
    } catch (error) {
      throw new Error(`USERS_FILE ${this.#path} cannot be used: ${(error as Error).message}.`, { cause: error });
    }
  }

  /** A file that was spoilt later locks nobody out: the people of the last good one stay. */
  #refresh(): void {
    if (Date.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = Date.now();
    try {
      const version = this.#stat();
      if (version === this.#version) return;
      this.#version = version;
      this.#users = this.#read();
      this.#log.info({ users: this.#users.size }, 'the users file was read again');
    } catch (error) {
      this.#log.error({ err: (error as Error).message }, 'the users file cannot be read; the users before stay');
    }
  }
}
