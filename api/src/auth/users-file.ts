/** Users who sign in with a password, from the site's users file. The file is read again when it changes. */
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
 * Throws one Error with the number of each invalid line, and without its content.
 *
 * @param enforcesScopes whether a grant for some sequencers is enforced
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
      ? 'the name must consist of letters, digits and . _ @ + -, at most 64 characters'
      : !grant
        ? 'the role must be viewer, operator, operator@satp1+lat or admin'
        : !isHash(hash) || rest.length > 0
          ? 'the third field must be a hash made by `hash-password`'
          : users.has(name)
            ? 'the name is a duplicate'
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

  /** Throws when the file is invalid. */
  constructor(path: string, log: Logger, enforcesScopes = true) {
    this.#file = new ReloadingFile(
      'USERS_FILE',
      path,
      (text) => parseUsers(text.normalize('NFC'), enforcesScopes),
      log,
    );
    if (this.#file.value.size === 0) {
      throw new Error(`USERS_FILE ${path} has no user, so nobody can sign in. Add a line with \`hash-password\`.`);
    }
  }

  all(): FileUser[] {
    return [...this.#file.value.values()];
  }

  find(name: string): FileUser | null {
    return this.#file.value.get(name.normalize('NFC')) ?? null;
  }
}
