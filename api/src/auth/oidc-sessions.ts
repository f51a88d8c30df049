/** Sessions from an OpenID Connect provider. The grant is valid for a limited time; then the provider is queried again. */
import type { Logger } from '../lib/log.ts';
import type { SessionRow } from '../store/auth-schema.ts';
import { isDatabaseUnreachable } from '../store/database.ts';
import type { Grant } from './grants.ts';
import type { OidcClient } from './oidc-client.ts';
import type { OwnerGrants } from './owner-grants.ts';
import { unseal } from './secrets.ts';
import type { Sessions } from './sessions.ts';

/** One request renews; others use the grant of before meanwhile. So it is also how soon an unreachable provider is asked again. */
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

  /** The grant; null when the provider no longer confirms the user, and the session has ended. */
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
    const result = await this.#ask(unseal(sealedRefreshToken, cookie), subject);
    if (result === null) return known;
    if (typeof result === 'string' || result.name !== userName) {
      this.#log.info(
        { userName, result: typeof result === 'string' ? result : 'renamed' },
        'the provider ended a session',
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
  async #ask(refreshToken: string, subject: string) {
    try {
      return await this.#client.renew(refreshToken, subject);
    } catch (error) {
      this.#log.warn({ err: error }, 'the provider could not be asked again');
      return null;
    }
  }
}
