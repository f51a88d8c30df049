/** Sign-in with a name and a password. Neither the response nor its timing shows whether the name exists. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SequencerError } from '@sequencer/model';
import type { SessionRow } from '../store/auth-schema.ts';
import type { Authenticator } from './authenticator.ts';
import { MAX_PASSWORD_LENGTH, isPassword } from './password.ts';
import type { PasswordUser } from './password-users.ts';
import { Throttle } from './throttle.ts';

/** A failed attempt takes at least this long. */
const MIN_FAILURE_MS = 500;
/** Each attempt needs 32 MB and much CPU time. */
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
    const user = await this.#check(name, password, address);
    if (!user)
      throw new SequencerError('UNAUTHENTICATED', 'The name or the password is wrong.', 'Check both, then try again.');
    return this.#authenticator.sessions.begin(user.name, 'password', null, address);
  }

  /** Changes the user's own password. Throws FORBIDDEN, BAD_INPUT or TOO_MANY. */
  async change(name: string, current: string, password: string, address: string): Promise<void> {
    const user = await this.#check(name, current, address);
    if (!user) throw new SequencerError('FORBIDDEN', 'The current password is wrong.', 'Type it again.');
    await this.#authenticator.passwordUsers?.accounts.changeOwnPassword(user.name, password);
  }

  /** The user with this name and password; null when there is none. */
  async #check(name: string, password: string, address: string): Promise<PasswordUser | null> {
    const { passwordUsers } = this.#authenticator;
    if (!passwordUsers)
      throw new SequencerError(
        'BAD_INPUT',
        'Sign-in with a password is disabled on this site.',
        'Sign in another way.',
      );
    const wait = this.#throttle.wait(name.slice(0, MAX_PASSWORD_LENGTH), address);
    if (wait > 0 || this.#inProgress >= MAX_CONCURRENT) {
      const seconds = String(Math.max(1, Math.ceil(wait / 1000)));
      throw new SequencerError('TOO_MANY', 'Too many sign-in attempts.', `Wait ${seconds} s, then try again.`);
    }
    // Counted as a failure first, so that concurrent attempts cannot bypass the limit.
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
