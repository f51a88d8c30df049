/** The versions of Python whose syntax Ruff applies to a script. */

/** The versions of Python 3 that run scripts, as far as this version of Ruff knows them. The newest is first. */
const MINORS = [15, 14, 13, 12, 11, 10];

/**
 * Only an error in all of the returned versions counts: a correct script must not be refused. An error in one version may be
 * none in a newer one, and seldom in an older one.
 *
 * @param python version that the runner reports, such as `3.13.1`; null if it is unknown
 * @returns none for a version that Ruff does not know
 */
export function targetVersions(python: string | null): string[] {
  const minor = Number(/^3\.(\d+)/.exec(python ?? '')?.[1]);
  return MINORS.filter((known) => python === null || known === minor).map((known) => `py3${String(known)}`);
}
