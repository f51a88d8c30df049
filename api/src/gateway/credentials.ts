/** What a runner's token lets it be. */
import { runOfToken } from '@sequencer/kubernetes/run-token';
import { isSame } from '../auth/secrets.ts';
import type { RunnerSecret } from './runner-secrets.ts';

export interface Credential {
  /** Whether it may take this sequencer's seat. Asked again while it is there: a secret may be withdrawn. */
  allows: (sequencer: string) => boolean;
  /** The one run that the token is good for, in a cluster. */
  run?: string;
}

export interface Credentials {
  /** Null when the token is none that counts. */
  find: (authorization: string | undefined) => Credential | null;
}

/**
 * Lasting secrets of the runners of sequencers.
 *
 * @param secrets those that count at the moment
 */
export function secretCredentials(secrets: () => readonly RunnerSecret[]): Credentials {
  const matching = (token: string) => secrets().filter((secret) => isSame(token, secret.token));
  return {
    find: (authorization) => {
      const token = bearer(authorization);
      if (matching(token).length === 0) return null;
      return {
        allows: (name) => matching(token).some(({ sequencer }) => sequencer === null || sequencer === name),
      };
    },
  };
}

/** Tokens of runs, made by the operator with the same key. Of which sequencer a run is, its row tells. */
export function runCredentials(key: string): Credentials {
  return {
    find: (authorization) => {
      const run = runOfToken(key, bearer(authorization));
      return run === null ? null : { run, allows: () => true };
    },
  };
}

function bearer(authorization: string | undefined): string {
  return /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
}
