import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../lib/log.ts';
import { isDatabaseUnreachable, isRefused } from './errors.ts';

const FIRST_MS = 100;
const LONGEST_MS = 3000;
/** At the start, nothing else can be done, and a Kubernetes pod should be ready within 5 s of its database. */
const LONGEST_AT_START_MS = 500;

/** Retries with exponential back-off until the action succeeds. Throws the last error when aborted. */
export async function retryUntilAborted<T>(
  stopped: AbortSignal,
  action: () => Promise<T>,
  onFailure: (error: unknown) => void,
  longestMs = LONGEST_MS,
): Promise<T> {
  for (let wait = FIRST_MS; ; wait = Math.min(wait * 2, longestMs)) {
    try {
      return await action();
    } catch (error) {
      if (stopped.aborted) throw error;
      onFailure(error);
      try {
        await sleep(wait, undefined, { signal: stopped });
      } catch {
        throw error;
      }
    }
  }
}

/** For the start of the API: retries as long as the database is unreachable. Throws any other error. */
export function retryWhileUnreachable<T>(log: Logger, action: () => Promise<T>): Promise<T> {
  const onFailure = (error: unknown) => {
    if (!isDatabaseUnreachable(error)) throw error;
    log.warn({ err: error }, 'waiting for the database, which is unreachable or does not respond');
  };
  return retryUntilAborted(new AbortController().signal, action, onFailure, LONGEST_AT_START_MS);
}

/** As `retryUntilAborted`, but throws after `tries` attempts in a row in which the database refuses the values. */
export async function retryUntilRefused<T>(
  stopped: AbortSignal,
  action: () => Promise<T>,
  onFailure: (error: unknown) => void,
  tries: number,
): Promise<T> {
  let refusals = 0;
  const refused = new AbortController();
  return retryUntilAborted(AbortSignal.any([stopped, refused.signal]), action, (error) => {
    refusals = isRefused(error) ? refusals + 1 : 0;
    if (refusals >= tries) refused.abort();
    else onFailure(error);
  });
}
