/**
 * The last known grants of users of a proxy or a provider. Only the proxy or the provider knows the grant, and a request
 * with an API token does not pass through it.
 */
import { and, eq } from 'drizzle-orm';
import { ownerGrants, type OwnerGrantRow } from '../store/auth-schema.ts';
import { isDatabaseUnreachable, type Db } from '../store/database.ts';
import type { Grant } from './grants.ts';
import { StaleTolerantCache } from './stale-tolerant-cache.ts';

const MAX_CACHED = 10_000;
/** The time of the last sign-in is stored to the minute. */
const SEEN_PRECISION_MS = 60_000;

type OwnerMethod = OwnerGrantRow['method'];

export class OwnerGrants {
  readonly #db: Db;
  readonly #cache = new StaleTolerantCache<OwnerGrantRow>(MAX_CACHED);

  constructor(db: Db) {
    this.#db = db;
  }

  find(method: OwnerMethod, userName: string): Promise<OwnerGrantRow | null> {
    return this.#cache.get(`${method} ${userName}`, async () => {
      const [row] = await this.#db.select().from(ownerGrants).where(ownerIs(method, userName));
      return row ?? null;
    });
  }

  /**
   * Stores the current grant of a user. Does nothing while the database is unreachable.
   *
   * @param grant null when the user no longer has a role
   * @returns the previous row, if any
   */
  async record(method: OwnerMethod, userName: string, grant: Grant | null): Promise<OwnerGrantRow | null> {
    try {
      const row = await this.find(method, userName);
      const at = new Date();
      const columns = { role: grant?.role ?? null, sequencers: grant?.sequencers ? [...grant.sequencers] : null };
      const isChanged =
        !row ||
        row.role !== columns.role ||
        String(row.sequencers) !== String(columns.sequencers) ||
        isOutdated(row, at);
      if (!isChanged || (!row && !grant)) return row;
      await this.#db
        .insert(ownerGrants)
        .values({ method, userName, ...columns, seenAt: at, signedOutAt: null })
        .onConflictDoUpdate({ target: [ownerGrants.method, ownerGrants.userName], set: { ...columns, seenAt: at } });
      this.#cache.invalidate(`${method} ${userName}`);
      return row;
    } catch (error) {
      if (isDatabaseUnreachable(error)) return null;
      throw error;
    }
  }

  /** Invalidates the connections that this user opened before now, on all replicas. */
  async signOut(userName: string): Promise<void> {
    const rows = await this.#db
      .update(ownerGrants)
      .set({ signedOutAt: new Date() })
      .where(eq(ownerGrants.userName, userName))
      .returning({ method: ownerGrants.method });
    for (const { method } of rows) this.#cache.invalidate(`${method} ${userName}`);
  }
}

function isOutdated({ role, seenAt }: OwnerGrantRow, at: Date): boolean {
  return role !== null && at.getTime() - seenAt.getTime() > SEEN_PRECISION_MS;
}

function ownerIs(method: OwnerMethod, userName: string) {
  return and(eq(ownerGrants.method, method), eq(ownerGrants.userName, userName));
}
