/** Signed-in browsers. The cookie is a random word, the table knows its hash, and memory what was read a moment ago. */
import { and, eq, gt, isNull, lt, ne } from 'drizzle-orm';
import type { Db } from '../store/database.ts';
import { sessions, type SessionRow } from '../store/auth-schema.ts';
import type { Endings } from './endings.ts';
import type { Grant } from './grants.ts';
import { Remembered } from './remembered.ts';
import { sha256 } from '../lib/sha256.ts';
import { newSecret, seal } from './secrets.ts';

const MOST_REMEMBERED = 10_000;

/** A user whom a provider has confirmed. */
export interface Confirmed {
  grant: Grant;
  /** End of its validity. */
  until: Date;
  subject: string;
  /** Null when the provider issues none: then only a sign-in in the browser renews the grant. */
  refreshToken: string | null;
}

export class Sessions {
  readonly #db: Db;
  readonly #lifeMs: number;
  readonly #known = new Remembered<SessionRow>(MOST_REMEMBERED);
  readonly #endings: Endings;

  constructor(db: Db, lifeMs: number, endings: Endings) {
    this.#db = db;
    this.#lifeMs = lifeMs;
    this.#endings = endings;
  }

  /** Begins a session; the cookie's value is known to the browser only. */
  async begin(
    userName: string,
    method: SessionRow['method'],
    confirmed: Confirmed | null,
    address: string,
  ): Promise<{ cookie: string; row: SessionRow }> {
    const cookie = newSecret();
    const createdAt = new Date();
    const row: SessionRow = {
      hash: sha256(cookie),
      userName,
      method,
      ...(confirmed ? columns(confirmed, cookie) : NOT_CONFIRMED),
      address,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + this.#lifeMs),
    };
    await this.#db.delete(sessions).where(lt(sessions.expiresAt, createdAt));
    await this.#db.insert(sessions).values(row);
    return { cookie, row };
  }

  /** The session of a cookie, unless it has ended. While the database is away, what was known before counts. */
  async find(cookie: string): Promise<SessionRow | null> {
    const hash = sha256(cookie);
    const row = await this.#known.get(hash, async () => {
      const rows = await this.#db.select().from(sessions).where(eq(sessions.hash, hash));
      return rows[0] ?? null;
    });
    return row && row.expiresAt.getTime() > Date.now() ? row : null;
  }

  /** Takes on the renewal of a session's grant: false when another request or replica has done so already. */
  async claimRenewal({ hash, grantUntil }: SessionRow, until: Date): Promise<boolean> {
    const same = grantUntil ? eq(sessions.grantUntil, grantUntil) : isNull(sessions.grantUntil);
    const claimed = await this.#db
      .update(sessions)
      .set({ grantUntil: until })
      .where(and(eq(sessions.hash, hash), same))
      .returning({ hash: sessions.hash });
    this.#known.forget(hash);
    return claimed.length > 0;
  }

  async renew({ hash }: SessionRow, confirmed: Confirmed, cookie: string): Promise<void> {
    await this.#db.update(sessions).set(columns(confirmed, cookie)).where(eq(sessions.hash, hash));
    this.#known.forget(hash);
  }

  endCookie(cookie: string): Promise<void> {
    return this.end(sha256(cookie));
  }

  /** @param unconfirmed whether the provider only has to confirm the user again */
  async end(hash: string, unconfirmed = false): Promise<void> {
    await this.#db.delete(sessions).where(eq(sessions.hash, hash));
    this.#forget([hash], unconfirmed);
  }

  /** Ends all of a person's, or all but one. Returns how many there were. */
  async endAll(userName: string, except: string | null = null): Promise<number> {
    const own = eq(sessions.userName, userName);
    const rows = await this.#db
      .delete(sessions)
      .where(except === null ? own : and(own, ne(sessions.hash, except)))
      .returning({ hash: sessions.hash });
    this.#forget(rows.map(({ hash }) => hash));
    return rows.length;
  }

  open(): Promise<SessionRow[]> {
    return this.#db.select().from(sessions).where(gt(sessions.expiresAt, new Date())).orderBy(sessions.createdAt);
  }

  #forget(hashes: readonly string[], unconfirmed = false): void {
    for (const hash of hashes) {
      this.#known.forget(hash);
      this.#endings.ended({ session: hash, unconfirmed });
    }
  }
}

const NOT_CONFIRMED = { role: null, sequencers: null, grantUntil: null, subject: null, sealedRefreshToken: null };

function columns({ grant, until, subject, refreshToken }: Confirmed, cookie: string) {
  return {
    role: grant.role,
    sequencers: grant.sequencers ? [...grant.sequencers] : null,
    grantUntil: until,
    subject,
    sealedRefreshToken: refreshToken === null ? null : seal(refreshToken, cookie),
  };
}
