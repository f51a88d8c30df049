/** The people who sign in with a password: those of the site's file, and the accounts that admins have made. */
import type { Logger } from '../lib/log.ts';
import type { Db } from '../store/database.ts';
import { Accounts } from './accounts.ts';
import type { Grant } from './grants.ts';
import { UsersFile } from './users-file.ts';

export interface PasswordUser {
  name: string;
  grant: Grant;
  hash: string;
}

export class PasswordUsers {
  readonly file: UsersFile;
  readonly accounts: Accounts;

  /** Throws when the users file cannot be used. */
  constructor(path: string, db: Db, log: Logger, enforcesScopes: boolean) {
    this.file = new UsersFile(path, log, enforcesScopes);
    this.accounts = new Accounts(db, this.file, enforcesScopes);
  }

  /** Null when nobody of this name may come in. What the file says goes first: it is the site's. */
  async find(name: string): Promise<PasswordUser | null> {
    const known = this.file.find(name);
    if (known) return known;
    const row = await this.accounts.find(name);
    if (!row || row.disabledAt) return null;
    return { name: row.name, grant: { role: row.role, sequencers: row.sequencers }, hash: row.hash };
  }
}
