/** Sessions from an OpenID Connect provider. The grant is valid for a limited time; then the provider is queried again. */
import type { Logger } from '../lib/log.ts';
import type { SessionRow } from '../store/auth-schema.ts';
import { isDatabaseUnreachable } from '../store/database.ts';
import type { Grant } from './grants.ts';
import type { OidcClient } from './oidc-client.ts';
import type { OwnerGrants } from './owner-grants.ts';
import { unseal } from './secrets.ts';
import type { Sessions } from './sessions.ts';

/** One request renews the grant while the others use the old one. An unreachable provider is queried again after this time. */
const RENEWAL_MS = 60_000;

export class OidcSessions {
  readonly #client: OidcClient;
  readonly #sessions: Sessions;
  readonly #ownerGrants: OwnerGrants;
  readonly #log: Logger;

  constructor(client: OidcClient, sessions: Sessions, ownerGrants: OwnerGrants, log: Logger) {
    this.#client = client;
    this.#sessions = sessions;
    this.#ownerGrants = ownerGrants;
    this.#log = log;
  }

  /** The grant. Null when the provider no longer confirms the user; then the session has ended. */
  async grant(row: SessionRow, cookie: string): Promise<Grant | null> {
    if (!row.role) return null;
    const grant: Grant = { role: row.role, sequencers: row.sequencers };
    if (row.grantUntil && row.grantUntil.getTime() > Date.now()) return grant;
    try {
      return await this.#renew(row, cookie, grant);
    } catch (error) {
      if (isDatabaseUnreachable(error)) return grant;
      throw error;
    }
  }

  async #renew(row: SessionRow, cookie: string, known: Grant): Promise<Grant | null> {
    const { hash, userName, subject, sealedRefreshToken } = row;
    if (sealedRefreshToken === null || subject === null) {
      await this.#sessions.end(hash, true);
      return null;
    }
    if (!(await this.#sessions.claimRenewal(row, new Date(Date.now() + RENEWAL_MS)))) return known;
    const result = await this.#query(unseal(sealedRefreshToken, cookie), subject);
    if (result === null) return known;
    if (typeof result === 'string' || result.name !== userName) {
      this.#log.info(
        { userName, result: typeof result === 'string' ? result : 'renamed' },
        'session ended: the provider does not confirm the user',
      );
      if (result === 'no-role') await this.#ownerGrants.record('oidc', userName, null);
      await this.#sessions.end(hash);
      return null;
    }
    await this.#ownerGrants.record('oidc', userName, result.grant);
    await this.#sessions.renew(row, result, cookie);
    return result.grant;
  }

  /** Null when the provider cannot be reached: the last grant stays valid until the session expires. */
  async #query(refreshToken: string, subject: string) {
    try {
      return await this.#client.renew(refreshToken, subject);
    } catch (error) {
      this.#log.warn({ err: error }, 'cannot renew a grant: the OpenID Connect provider is unreachable');
      return null;
    }
  }
}
