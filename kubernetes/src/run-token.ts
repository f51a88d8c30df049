/**
 * The token by which the gateway identifies the runner of one run. The operator and the API share only the key, with
 * which both can create and verify it. It gives access to this one run's record, and to nothing more.
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
