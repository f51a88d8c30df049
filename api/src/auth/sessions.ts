/** Signed-in browsers. The cookie is a random word, the table knows its hash, and memory what was read a moment ago. */
import { EventEmitter } from 'node:events';
import { and, eq, gt, lt, ne } from 'drizzle-orm';
import type { Db } from '../store/database.ts';
import { sessions, type SessionRow } from '../store/auth-schema.ts';
import type { Grant } from './grants.ts';
import { Remembered } from './remembered.ts';
import { hashOf, newSecret } from './secrets.ts';

const MOST_REMEMBERED = 10_000;

export class Sessions {
  readonly #db: Db;
  readonly #lifeMs: number;
  readonly #known = new Remembered<SessionRow>(MOST_REMEMBERED);
  /** Tells `ended` with the hash of each session that has ended here. */
  readonly #events = new EventEmitter<{ ended: [hash: string] }>().setMaxListeners(0);

  constructor(db: Db, lifeMs: number) {
    this.#db = db;
    this.#lifeMs = lifeMs;
  }

  /** Begins a session; the cookie's value is known to the browser only. */
  async begin(
    userName: string,
    method: SessionRow['method'],
    grant: Grant | null,
    address: string,
  ): Promise<{ cookie: string; row: SessionRow }> {
    const cookie = newSecret();
    const createdAt = new Date();
    const row: SessionRow = {
      hash: hashOf(cookie),
      userName,
      method,
      role: grant?.role ?? null,
      sequencers: grant?.sequencers ? [...grant.sequencers] : null,
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
    const hash = hashOf(cookie);
    const row = await this.#known.get(hash, async () => {
      const rows = await this.#db.select().from(sessions).where(eq(sessions.hash, hash));
      return rows[0] ?? null;
    });
    return row && row.expiresAt.getTime() > Date.now() ? row : null;
  }

  endCookie(cookie: string): Promise<void> {
    return this.end(hashOf(cookie));
  }

  async end(hash: string): Promise<void> {
    await this.#db.delete(sessions).where(eq(sessions.hash, hash));
    this.#forget([hash]);
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

  #forget(hashes: readonly string[]): void {
    for (const hash of hashes) {
      this.#known.forget(hash);
      this.#events.emit('ended', hash);
    }
  }

  /** Calls back when a session ends here. Returns how to stop listening. */
  onEnd(listener: (hash: string) => void): () => void {
    this.#events.on('ended', listener);
    return () => this.#events.off('ended', listener);
  }
}
