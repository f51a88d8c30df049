/** Sessions of browsers. The cookie is a random secret, the table stores its hash, and recent rows are cached. */
import { and, eq, gt, isNull, lt, ne } from 'drizzle-orm';
import type { Db } from '../store/database.ts';
import { sessions, type SessionRow } from '../store/auth-schema.ts';
import type { Revocations } from './revocations.ts';
import type { Grant } from './grants.ts';
import { StaleTolerantCache } from './stale-tolerant-cache.ts';
import { sha256 } from '../lib/sha256.ts';
import { newSecret, seal } from './secrets.ts';

const MAX_CACHED = 10_000;

/** What a provider confirmed about a user. */
export interface ProviderGrant {
  grant: Grant;
  /** End of the validity of the grant. */
  until: Date;
  subject: string;
  /** Null when the provider issues none. Then only a sign-in in the browser renews the grant. */
  refreshToken: string | null;
}

export class Sessions {
  readonly #db: Db;
  readonly #lifetimeMs: number;
  readonly #cache = new StaleTolerantCache<SessionRow>(MAX_CACHED);
  readonly #revocations: Revocations;

  constructor(db: Db, lifetimeMs: number, revocations: Revocations) {
    this.#db = db;
    this.#lifetimeMs = lifetimeMs;
    this.#revocations = revocations;
  }

  /** Starts a session. Only the browser gets the value of the cookie. */
  async begin(
    userName: string,
    method: SessionRow['method'],
    confirmed: ProviderGrant | null,
    address: string,
  ): Promise<{ cookie: string; row: SessionRow }> {
    const cookie = newSecret();
    const createdAt = new Date();
    const row: SessionRow = {
      hash: sha256(cookie),
      userName,
      method,
      ...(confirmed ? columns(confirmed, cookie) : NO_PROVIDER_GRANT),
      address,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + this.#lifetimeMs),
    };
    await this.#db.delete(sessions).where(lt(sessions.expiresAt, createdAt));
    await this.#db.insert(sessions).values(row);
    return { cookie, row };
  }

  /** The session of a cookie, unless it has ended. While the database is unreachable, the cached row is used. */
  async find(cookie: string): Promise<SessionRow | null> {
    const hash = sha256(cookie);
    const row = await this.#cache.get(hash, async () => {
      const rows = await this.#db.select().from(sessions).where(eq(sessions.hash, hash));
      return rows[0] ?? null;
    });
    return row && row.expiresAt.getTime() > Date.now() ? row : null;
  }

  /** Claims the renewal of a session's grant. False when another request or replica has claimed it already. */
  async claimRenewal({ hash, grantUntil }: SessionRow, until: Date): Promise<boolean> {
    const same = grantUntil ? eq(sessions.grantUntil, grantUntil) : isNull(sessions.grantUntil);
    const claimed = await this.#db
      .update(sessions)
      .set({ grantUntil: until })
      .where(and(eq(sessions.hash, hash), same))
      .returning({ hash: sessions.hash });
    this.#cache.invalidate(hash);
    return claimed.length > 0;
  }

  async renew({ hash }: SessionRow, confirmed: ProviderGrant, cookie: string): Promise<void> {
    await this.#db.update(sessions).set(columns(confirmed, cookie)).where(eq(sessions.hash, hash));
    this.#cache.invalidate(hash);
  }

  endCookie(cookie: string): Promise<void> {
    return this.end(sha256(cookie));
  }

  /** @param reconfirm whether the provider must confirm the user again */
  async end(hash: string, reconfirm = false): Promise<void> {
    await this.#db.delete(sessions).where(eq(sessions.hash, hash));
    this.#revoked([hash], reconfirm);
  }

  /** Ends all sessions of a user, or all but one. Returns their number. */
  async endAll(userName: string, except: string | null = null): Promise<number> {
    const own = eq(sessions.userName, userName);
    const rows = await this.#db
      .delete(sessions)
      .where(except === null ? own : and(own, ne(sessions.hash, except)))
      .returning({ hash: sessions.hash });
    this.#revoked(rows.map(({ hash }) => hash));
    return rows.length;
  }

  open(): Promise<SessionRow[]> {
    return this.#db.select().from(sessions).where(gt(sessions.expiresAt, new Date())).orderBy(sessions.createdAt);
  }

  #revoked(hashes: readonly string[], reconfirm = false): void {
    for (const hash of hashes) {
      this.#cache.invalidate(hash);
      this.#revocations.publish({ session: hash, reconfirm });
    }
  }
}

const NO_PROVIDER_GRANT = { role: null, sequencers: null, grantUntil: null, subject: null, sealedRefreshToken: null };

function columns({ grant, until, subject, refreshToken }: ProviderGrant, cookie: string) {
  return {
    role: grant.role,
    sequencers: grant.sequencers ? [...grant.sequencers] : null,
    grantUntil: until,
    subject,
    sealedRefreshToken: refreshToken === null ? null : seal(refreshToken, cookie),
  };
}
