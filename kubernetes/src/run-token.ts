/**
 * The token by which the gateway knows the runner of one run. Whoever holds the key can make and check it, so the
 * operator and the API need not share anything else. It opens the way to this one run's record, and to nothing more.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export function runToken(key: string, runUid: string): string {
  return `${runUid}.${createHmac('sha256', key).update(`run ${runUid}`).digest('base64url')}`;
}

/** The run's uid, or null when the token is not one of this key. */
export function runOfToken(key: string, token: string): string | null {
  const uid = token.split('.', 1)[0] ?? '';
  const [given, right] = [Buffer.from(token), Buffer.from(runToken(key, uid))];
  return given.length === right.length && timingSafeEqual(given, right) ? uid : null;
}
