/**
 * PostgreSQL refuses to run as root. When the launcher runs as root, the database runs as the owner of its folder, or as
 * `postgres` or `nobody`. Only the owner of that folder is changed on the machine.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../lib/user-error.ts';

export interface User {
  uid: number;
  gid: number;
}

export interface Command {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}

/** The user to run PostgreSQL as; null for the launcher's own user. */
export function databaseUser(folder: string): User | null {
  if (process.getuid?.() !== 0) return null;
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat && stat.uid !== 0) return { uid: stat.uid, gid: stat.gid };
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // There is no such user.
    }
  }
  throw new UserError(
    'PostgreSQL does not run as root, and this machine has neither a user `postgres` nor a user `nobody`. ' +
      'Start Sequencer as another user, or set DATABASE_URL to a database that you run yourself.',
  );
}

function mayEnter(path: string, user: User): boolean {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & 1) === 1;
}

/** The first of the path and the folders above it that the user may not enter, or execute. */
function closedPath(path: string, user: User): string | null {
  for (let at = path; ; at = dirname(at)) {
    if (!mayEnter(at, user)) return at;
    if (at === dirname(at)) return null;
  }
}

/** The numbers of capabilities(7). */
const CAPABILITIES = [
  ['dac_read_search', 2],
  ['dac_override', 1],
] as const;

function capability(executable: boolean): string | null {
  try {
    const effective = /^CapBnd:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    execFileSync('setpriv', ['--version'], { stdio: 'ignore' });
    const allowed = BigInt(`0x${effective ?? '0'}`);
    const usable = CAPABILITIES.filter(([name]) => executable || name === 'dac_override');
    return usable.find(([, bit]) => (allowed >> BigInt(bit)) & 1n)?.[0] ?? null;
  } catch {
    // Not Linux, or without setpriv.
    return null;
  }
}

/**
 * The command to run as the user. If the user may not enter a folder of `paths` (such as a checkout below /root), the process keeps
 * the one capability that allows it.
 */
export function runAs(user: User | null, command: string, args: string[], paths: string[]): Command {
  if (!user) return { command, args };
  const closed = [command, ...paths].map((path) => closedPath(path, user)).find((path) => path !== null);
  if (closed === undefined) return { command, args, ...user };
  const keep = capability(mayEnter(command, user));
  if (keep === null) {
    throw new UserError(
      `The database user (uid ${user.uid}) may not enter ${closed}. Start Sequencer as a user other than root, ` +
        `or allow access (chmod o+x ${closed}).`,
    );
  }
  const options = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  return {
    command: 'setpriv',
    args: [...options, `--inh-caps=+${keep}`, `--ambient-caps=+${keep}`, '--', command, ...args],
  };
}
