/** The versions of Python whose syntax Ruff applies to a script. */

/** The minor versions of Python 3 that run scripts and that this version of Ruff knows. */
const OLDEST = 10;
const NEWEST = 15;
/** Python 3.14 refuses some annotations that all before it accept. Other changes only add syntax. */
const LAST_BEFORE_REMOVALS = 13;

/**
 * Only an error in all of the returned versions counts: a correct script must not be refused.
 *
 * @param python version that the runner reports, such as `3.13.1`. If it is null, an error in the returned versions is one in
 *   every version
 * @returns none for a version that Ruff does not know
 */
export function targetVersions(python: string | null): string[] {
  if (python === null) return [name(NEWEST), name(LAST_BEFORE_REMOVALS)];
  const minor = Number(/^3\.(\d+)/.exec(python)?.[1]);
  return minor >= OLDEST && minor <= NEWEST ? [name(minor)] : [];
}

const name = (minor: number) => `py3${String(minor)}`;
