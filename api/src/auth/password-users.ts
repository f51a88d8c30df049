/** Users who sign in with a password: those of the users file, and the accounts that admins created. */
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

  /** Null when no user of this name may sign in. The users file takes precedence over accounts. */
  async find(name: string): Promise<PasswordUser | null> {
    const fileUser = this.file.find(name);
    if (fileUser) return fileUser;
    const row = await this.accounts.find(name);
    if (!row || row.disabledAt) return null;
    return { name: row.name, grant: { role: row.role, sequencers: row.sequencers }, hash: row.hash };
  }
}
