/** What a runner's token lets it be. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { runOfToken } from '@sequencer/kubernetes/run-token';

export interface Credential {
  /** Whether it may take this sequencer's seat. */
  mayBe: (sequencer: string) => boolean;
  /** The one run that the token is good for, in a cluster. */
  run?: string;
}

export interface Credentials {
  /** Null when the token is none that counts. */
  find: (authorization: string | undefined) => Credential | null;
}

export interface RunnerSecret {
  /** Null: of any sequencer. */
  sequencer: string | null;
  token: string;
}

/** Lasting secrets of the runners of sequencers. */
export function secretCredentials(secrets: readonly RunnerSecret[]): Credentials {
  const known = secrets.map(({ sequencer, token }) => ({ sequencer, hash: hash(token) }));
  return {
    find: (authorization) => {
      const given = hash(bearer(authorization));
      const seats = known.filter((secret) => timingSafeEqual(given, secret.hash)).map(({ sequencer }) => sequencer);
      if (seats.length === 0) return null;
      return { mayBe: (sequencer) => seats.includes(sequencer) || seats.includes(null) };
    },
  };
}

/** Tokens of runs, made by the operator with the same key. Of which sequencer a run is, its row tells. */
export function runCredentials(key: string): Credentials {
  return {
    find: (authorization) => {
      const run = runOfToken(key, bearer(authorization));
      return run === null ? null : { run, mayBe: () => true };
    },
  };
}

function bearer(authorization: string | undefined): string {
  return /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
