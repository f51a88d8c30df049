/** Signing in with a name and a password. Nothing in the answer or its time says whether the name exists. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SequencerError } from '@sequencer/model';
import type { SessionRow } from '../store/auth-schema.ts';
import type { Authenticator } from './authenticator.ts';
import { MAX_PASSWORD_LENGTH, isPassword } from './password.ts';
import type { PasswordUser } from './password-users.ts';
import { Throttle } from './throttle.ts';

/** A failure takes at least this long. */
const MIN_FAILURE_MS = 500;
/** Each try costs 32 MB and much time of a processor. */
const MAX_CONCURRENT = 8;

export class PasswordSignIn {
  readonly #authenticator: Authenticator;
  readonly #throttle = new Throttle();
  #inProgress = 0;

  constructor(authenticator: Authenticator) {
    this.#authenticator = authenticator;
  }

  /** Throws UNAUTHENTICATED or TOO_MANY. */
  async signIn(name: string, password: string, address: string): Promise<{ cookie: string; row: SessionRow }> {
    const person = await this.#check(name, password, address);
    if (!person) throw new SequencerError('UNAUTHENTICATED', 'The name or the password is wrong.');
    return this.#authenticator.sessions.begin(person.name, 'password', null, address);
  }

  /** Changes somebody's own password. Throws FORBIDDEN, BAD_INPUT or TOO_MANY. */
  async change(name: string, current: string, password: string, address: string): Promise<void> {
    const person = await this.#check(name, current, address);
    if (!person) throw new SequencerError('FORBIDDEN', 'The present password is another one.');
    await this.#authenticator.passwordUsers?.accounts.changeOwnPassword(person.name, password);
  }

  /** Whose name and password these are; null when they are nobody's. */
  async #check(name: string, password: string, address: string): Promise<PasswordUser | null> {
    const { passwordUsers } = this.#authenticator;
    if (!passwordUsers) throw new SequencerError('BAD_INPUT', 'This site does not sign in with passwords.');
    const wait = this.#throttle.wait(name.slice(0, MAX_PASSWORD_LENGTH), address);
    if (wait > 0 || this.#inProgress >= MAX_CONCURRENT) {
      const seconds = String(Math.max(1, Math.ceil(wait / 1000)));
      throw new SequencerError('TOO_MANY', `Too many tries to sign in. Wait ${seconds} s, then try again.`);
    }
    // It counts before it is known to be wrong: many at once are no way around.
    this.#throttle.recordFailure(name.slice(0, MAX_PASSWORD_LENGTH), address);
    const minimum = sleep(MIN_FAILURE_MS);
    const user = await passwordUsers.find(name);
    if (!(await this.#isCorrect(password, user?.hash ?? null)) || !user) {
      await minimum;
      this.#throttle.recordFailure(name.slice(0, MAX_PASSWORD_LENGTH), address, 0);
      return null;
    }
    this.#throttle.recordSuccess(name, address);
    return user;
  }

  async #isCorrect(password: string, hash: string | null): Promise<boolean> {
    this.#inProgress += 1;
    try {
      return await isPassword(password.slice(0, MAX_PASSWORD_LENGTH + 1), hash);
    } finally {
      this.#inProgress -= 1;
    }
  }
}
