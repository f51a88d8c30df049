/** Signing in with a name and a password. Nothing in the answer or its time says whether the name exists. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SequencerError } from '@sequencer/model';
import type { SessionRow } from '../store/auth-schema.ts';
import type { Door } from './door.ts';
import { LONGEST_PASSWORD, isPassword } from './password.ts';
import type { Person } from './people.ts';
import { Throttle } from './throttle.ts';

/** A failure takes at least this long. */
const FAILURE_MS = 500;
/** Each try costs 32 MB and much time of a processor. */
const MOST_AT_ONCE = 8;

export class PasswordSignIn {
  readonly #door: Door;
  readonly #throttle = new Throttle();
  #trying = 0;

  constructor(door: Door) {
    this.#door = door;
  }

  /** Throws UNAUTHENTICATED or TOO_MANY. */
  async signIn(name: string, password: string, address: string): Promise<{ cookie: string; row: SessionRow }> {
    const person = await this.#check(name, password, address);
    if (!person) throw new SequencerError('UNAUTHENTICATED', 'The name or the password is wrong.');
    return this.#door.sessions.begin(person.name, 'password', null, address);
  }

  /** Changes somebody's own password. Throws FORBIDDEN, BAD_INPUT or TOO_MANY. */
  async change(name: string, current: string, password: string, address: string): Promise<void> {
    const person = await this.#check(name, current, address);
    if (!person) throw new SequencerError('FORBIDDEN', 'The present password is another one.');
    await this.#door.people?.accounts.changeOwnPassword(person.name, password);
  }

  /** Whose name and password these are; null when they are nobody's. */
  async #check(name: string, password: string, address: string): Promise<Person | null> {
    const { people } = this.#door;
    if (!people) throw new SequencerError('BAD_INPUT', 'This site does not sign in with passwords.');
    const wait = this.#throttle.wait(name.slice(0, LONGEST_PASSWORD), address);
    if (wait > 0 || this.#trying >= MOST_AT_ONCE) {
      const seconds = String(Math.max(1, Math.ceil(wait / 1000)));
      throw new SequencerError('TOO_MANY', `Too many tries to sign in. Wait ${seconds} s, then try again.`);
    }
    // It counts before it is known to be wrong: many at once are no way around.
    this.#throttle.failed(name.slice(0, LONGEST_PASSWORD), address);
    const slowest = sleep(FAILURE_MS);
    const user = await people.find(name);
    if (!(await this.#isRight(password, user?.hash ?? null)) || !user) {
      await slowest;
      this.#throttle.failed(name.slice(0, LONGEST_PASSWORD), address, 0);
      return null;
    }
    this.#throttle.succeeded(name, address);
    return user;
  }

  async #isRight(password: string, hash: string | null): Promise<boolean> {
    this.#trying += 1;
    try {
      return await isPassword(password.slice(0, LONGEST_PASSWORD + 1), hash);
    } finally {
      this.#trying -= 1;
    }
  }
}
