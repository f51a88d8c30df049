/** What a runner's token lets it be. */
import { isSame } from '../auth/secrets.ts';
import type { RunnerSecret } from './runner-secrets.ts';

export interface Credential {
  /** Whether it may take this sequencer's seat. Asked again while it is there: a secret may be withdrawn. */
  mayBe: (sequencer: string) => boolean;
}

export class Credentials {
  readonly #secrets: () => readonly RunnerSecret[];

  /** @param secrets those that count at the moment */
  constructor(secrets: () => readonly RunnerSecret[]) {
    this.#secrets = secrets;
  }

  /** Null when the token is none that counts. */
  find(authorization: string | undefined): Credential | null {
    const given = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
    if (given === undefined || this.#matching(given).length === 0) return null;
    return {
      mayBe: (sequencer) =>
        this.#matching(given).some((secret) => secret.sequencer === null || secret.sequencer === sequencer),
    };
  }

  #matching(given: string): RunnerSecret[] {
    return this.#secrets().filter((secret) => isSame(given, secret.token));
  }
}
