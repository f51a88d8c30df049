/** Returns the earlier value if the new one is equal, so that nothing which depends on it is computed again. */
export function keepEqual<T>(before: T | undefined, now: T): T {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}
