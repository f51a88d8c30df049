/** Accounts with a password, which admins create, change and disable. None is deleted: the records refer to its name. */
import { SequencerError } from '@sequencer/model';
import { and, asc, count, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import { accounts, type AccountRow } from '../store/auth-schema.ts';
import { violatedConstraint, type Db } from '../store/database.ts';
import { SCOPES_NOT_ENFORCED, isScoped, type Grant } from './grants.ts';
import { hashPassword, passwordProblem } from './password.ts';
import { StaleTolerantCache } from './stale-tolerant-cache.ts';
import { USER_NAME } from './user.ts';
import type { UsersFile } from './users-file.ts';

const MAX_ACCOUNTS = 500;

/** The admin who changes an account. */
export interface Actor {
  name: string;
  /** Whether the admin signed in with an account, not with the users file. */
  byAccount: boolean;
}

export class Accounts {
  readonly #db: Db;
  readonly #file: UsersFile;
  readonly #cache = new StaleTolerantCache<AccountRow>(MAX_ACCOUNTS);

  readonly #enforcesScopes: boolean;

  /** @param enforcesScopes whether a grant for some sequencers is enforced */
  constructor(db: Db, file: UsersFile, enforcesScopes: boolean) {
    this.#db = db;
    this.#file = file;
    this.#enforcesScopes = enforcesScopes;
  }

  /** Throws when an account is limited to some sequencers and that limit cannot be enforced. */
  async requireEnforcedScopes(): Promise<void> {
    if (this.#enforcesScopes) return;
    const limited = and(isNotNull(accounts.sequencers), isNull(accounts.disabledAt));
    const rows = await this.#db.select({ name: accounts.name }).from(accounts).where(limited);
    if (rows.length === 0) return;
    throw new Error(`The accounts ${rows.map(({ name }) => name).join(', ')} cannot be used: ${SCOPES_NOT_ENFORCED}`);
  }

  find(name: string): Promise<AccountRow | null> {
    const key = name.normalize('NFC');
    if (!USER_NAME.test(key)) return Promise.resolve(null);
    return this.#cache.get(key, async () => {
      const [row] = await this.#db.select().from(accounts).where(eq(accounts.name, key));
      return row ?? null;
    });
  }

  list(): Promise<AccountRow[]> {
    return this.#db.select().from(accounts).orderBy(asc(accounts.name)).limit(MAX_ACCOUNTS);
  }

  /** Throws BAD_INPUT or TOO_MANY. */
  async create(newName: string, password: string, grant: Grant, by: Actor): Promise<AccountRow> {
    const name = newName.normalize('NFC');
    if (!USER_NAME.test(name)) {
      throw new SequencerError('BAD_INPUT', 'name: use letters, digits and . _ @ + -, at most 64 characters.');
    }
    this.#requireNotInFile(name);
    requireValidPassword(password, name);
    const [all] = await this.#db.select({ count: count() }).from(accounts);
    if ((all?.count ?? 0) >= MAX_ACCOUNTS)
      throw new SequencerError(
        'TOO_MANY',
        `There are already ${String(MAX_ACCOUNTS)} accounts, which is the limit.`,
        'Enable an account that is disabled, and give it a new password.',
      );
    const row: AccountRow = {
      name,
      ...this.#columns(grant),
      hash: await hashPassword(password),
      createdAt: new Date(),
      createdBy: by.name,
      disabledAt: null,
    };
    try {
      await this.#db.insert(accounts).values(row);
    } catch (error) {
      if (violatedConstraint(error) === null) throw error;
      throw new SequencerError('BAD_INPUT', `name: the account ${name} exists already.`);
    }
    this.#cache.invalidate(name);
    return row;
  }

  /** Throws BAD_INPUT, or FORBIDDEN when admins would remove their own role. */
  changeGrant(name: string, grant: Grant, by: Actor): Promise<AccountRow> {
    return this.#change(name, by, this.#columns(grant), grant.role === 'ADMIN');
  }

  setDisabled(name: string, disabled: boolean, by: Actor): Promise<AccountRow> {
    return this.#change(name, by, { disabledAt: disabled ? new Date() : null }, !disabled);
  }

  async resetPassword(name: string, password: string, by: Actor): Promise<AccountRow> {
    requireValidPassword(password, name);
    return this.#change(name, by, { hash: await hashPassword(password) }, true);
  }

  /** For users themselves, after their current password was checked. */
  changeOwnPassword(name: string, password: string): Promise<AccountRow> {
    return this.resetPassword(name, password, { name, byAccount: false });
  }

  /**
   * Locks the rows of both accounts, always in the same order. So two admins cannot remove each other's role at the same
   * time, and one admin always remains.
   *
   * @param allowSelf whether admins may make this change to their own account
   */
  async #change(account: string, by: Actor, set: Partial<AccountRow>, allowSelf: boolean): Promise<AccountRow> {
    const name = account.normalize('NFC');
    this.#requireNotInFile(name);
    if (name === by.name && !allowSelf) {
      throw new SequencerError('FORBIDDEN', 'This would lock you out.', 'Ask another admin.');
    }
    const changed = await this.#db.transaction(async (tx) => {
      const both = await tx
        .select()
        .from(accounts)
        .where(inArray(accounts.name, [name, by.name]))
        .orderBy(asc(accounts.name))
        .for('update');
      const own = both.find((row) => row.name === by.name);
      if (by.byAccount && (own?.role !== 'ADMIN' || own.disabledAt)) throw new SequencerError('FORBIDDEN');
      const [row] = await tx.update(accounts).set(set).where(eq(accounts.name, name)).returning();
      return row;
    });
    if (!changed) throw new SequencerError('BAD_INPUT', 'name: this account does not exist.');
    this.#cache.invalidate(name);
    return changed;
  }

  #columns({ role, sequencers }: Grant): Pick<AccountRow, 'role' | 'sequencers'> {
    if (sequencers && (!isScoped(role) || sequencers.length === 0)) {
      throw new SequencerError(
        'BAD_INPUT',
        'sequencers: only an operator or a proposer can be limited to some sequencers.',
        'Leave it out to allow all.',
      );
    }
    if (sequencers && !this.#enforcesScopes)
      throw new SequencerError('BAD_INPUT', `sequencers: ${SCOPES_NOT_ENFORCED}`);
    return { role, sequencers: sequencers ? [...sequencers] : null };
  }

  #requireNotInFile(name: string): void {
    if (!this.#file.find(name)) return;
    throw new SequencerError(
      'BAD_INPUT',
      `name: ${name} is defined in the users file of the site.`,
      'Change it there.',
    );
  }
}

function requireValidPassword(password: string, name: string): void {
  const problem = passwordProblem(password, name);
  if (problem) throw new SequencerError('BAD_INPUT', `password: ${problem}`);
}
