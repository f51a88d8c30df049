/** The token of a run, of which the database has the hash. */
import { sha256 } from '../lib/sha256.ts';

/** Null for a run whose runner does not support tokens. */
export function runTokenHash(token: string | undefined): string | null {
  return token === undefined ? null : sha256(token);
}

/** Whether the token entitles a runner to send events of the run. */
export function isRunToken(tokenHash: string | null, token: string | undefined): boolean {
  return tokenHash === null || runTokenHash(token) === tokenHash;
}
