/** The people who sign in with a password, from a file that the site writes. It is read again when it has changed. */
import type { Logger } from '../lib/log.ts';
import { SCOPES_NOT_ENFORCED, parseGrant, type Grant } from './grants.ts';
import { isHash } from './password.ts';
import { ReloadingFile } from '../lib/reloading-file.ts';
import { USER_NAME } from './user.ts';

export interface FileUser {
  name: string;
  grant: Grant;
  hash: string;
}

/**
 * Throws one Error that names each line that is wrong, without what is in it.
 *
 * @param enforcesScopes whether an operator of some sequencers can be kept from the others
 */
export function parseUsers(text: string, enforcesScopes = true): Map<string, FileUser> {
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
            : grant.sequencers && !enforcesScopes
              ? SCOPES_NOT_ENFORCED
              : null;
    if (problem) problems.push(`line ${String(index + 1)}: ${problem}`);
    else if (grant) users.set(name, { name, grant, hash });
  }
  if (problems.length > 0) throw new Error(problems.join('; '));
  return users;
}

export class UsersFile {
  readonly #file: ReloadingFile<Map<string, FileUser>>;

  /** Throws when the file cannot be used. */
  constructor(path: string, log: Logger, enforcesScopes = true) {
    this.#file = new ReloadingFile(
      'USERS_FILE',
      path,
      (text) => parseUsers(text.normalize('NFC'), enforcesScopes),
      log,
    );
    if (this.#file.value.size === 0) {
      throw new Error(`USERS_FILE ${path} has no user: nobody could sign in. Make a line with \`hash-password\`.`);
    }
  }

  all(): FileUser[] {
    return [...this.#file.value.values()];
  }

  find(name: string): FileUser | null {
    return this.#file.value.get(name.normalize('NFC')) ?? null;
  }
}
