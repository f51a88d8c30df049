/**
 * The token with which a runner authenticates to the gateway for one run. The operator and the API share only the key,
 * with which each can create and verify tokens. A token gives access to the record of its run only.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export function runToken(key: string, runUid: string): string {
  return `${runUid}.${createHmac('sha256', key).update(`run ${runUid}`).digest('base64url')}`;
}

/** The uid of the run, or null if the token was not made with one of these keys. */
export function runOfToken(keys: readonly string[], token: string): string | null {
  const uid = token.split('.', 1)[0] ?? '';
  const actual = Buffer.from(token);
  const isValid = keys.some((key) => {
    const expected = Buffer.from(runToken(key, uid));
    return actual.length === expected.length && timingSafeEqual(actual, expected);
  });
  return isValid ? uid : null;
}
