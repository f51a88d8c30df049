/** Authenticates runners by their token. */
import { runOfToken } from '@sequencer/kubernetes/run-token';
import { isSame } from '../auth/secrets.ts';
import type { RunnerSecret } from './runner-secrets.ts';

export interface Credential {
  /** Whether the runner may serve this sequencer. Checked again while it is connected, because a secret can be revoked. */
  allows: (sequencer: string) => boolean;
  /** In a cluster: the one run for which the token is valid. */
  run?: string;
}

export interface Credentials {
  /** Null when the token is invalid. */
  find: (authorization: string | undefined) => Credential | null;
}

/**
 * Credentials from the long-lived secrets of runners.
 *
 * @param secrets returns the secrets that are currently valid
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

/** Credentials from tokens of runs, which the operator derives from one of the keys. The row of the run has its sequencer. */
export function runCredentials(keys: readonly string[]): Credentials {
  return {
    find: (authorization) => {
      const run = runOfToken(keys, bearer(authorization));
      return run === null ? null : { run, allows: () => true };
    },
  };
}

function bearer(authorization: string | undefined): string {
  return /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
}
