/** API tokens: shown once, stored as a hash, and never granted more than their owner. */
import { randomUUID } from 'node:crypto';
import { SequencerError, hasUnseenCharacters, type SignInMethod } from '@sequencer/model';
import { and, count, desc, eq, gt, isNull } from 'drizzle-orm';
import type { Logger } from '../lib/log.ts';
import { apiTokens, type ApiTokenRow } from '../store/auth-schema.ts';
import type { Db } from '../store/database.ts';
import type { Revocations } from './revocations.ts';
import { SCOPES_NOT_ENFORCED, hasRole, type Grant } from './grants.ts';
import { StaleTolerantCache } from './stale-tolerant-cache.ts';
import { sha256 } from '../lib/sha256.ts';
import { newSecret } from './secrets.ts';
import type { User } from './user.ts';

const PREFIX = 'seq_';
const TOKEN = /^seq_[\w-]{43}$/;
const USED_PRECISION_MS = 60_000;
const MAX_CACHED = 1000;
const MAX_PER_USER = 50;
const MAX_DAYS = 366;
/** Names of tokens: printable characters, none that changes the direction of the text. */
const NAME = /^[\p{L}\p{N}\p{P}\p{S} ]{1,80}$/u;

export interface NewToken {
  name: string;
  grant: Grant;
  days: number;
}

export class ApiTokens {
  readonly #db: Db;
  readonly #log: Logger;
  readonly #cache = new StaleTolerantCache<ApiTokenRow>(MAX_CACHED);

  readonly #revocations: Revocations;

  readonly #enforcesScopes: boolean;

  /** @param enforcesScopes whether a grant for some sequencers is enforced */
  constructor(db: Db, log: Logger, revocations: Revocations, enforcesScopes: boolean) {
    this.#enforcesScopes = enforcesScopes;
    this.#db = db;
    this.#log = log;
    this.#revocations = revocations;
  }

  /** Throws BAD_INPUT, FORBIDDEN or TOO_MANY. */
  async create(owner: User, method: SignInMethod, wanted: NewToken): Promise<{ token: string; row: ApiTokenRow }> {
    const { name, grant, days } = wanted;
    if (!NAME.test(name) || hasUnseenCharacters(name)) {
      throw new SequencerError('BAD_INPUT', 'name: use 1 to 80 letters, digits and signs, such as "night schedule".');
    }
    if (days < 1 || days > MAX_DAYS) {
      throw new SequencerError('BAD_INPUT', `days: must be from 1 to ${String(MAX_DAYS)}.`);
    }
    if (
      !hasRole(owner, grant.role) ||
      grant.sequencers?.some((sequencer) => owner.sequencers?.includes(sequencer) === false)
    ) {
      throw new SequencerError(
        'FORBIDDEN',
        'A token cannot have more rights than you.',
        'Choose a lower role, or fewer sequencers.',
      );
    }
    if (grant.sequencers && hasRole(grant, 'PROPOSER') && !this.#enforcesScopes) {
      throw new SequencerError('BAD_INPUT', `sequencers: ${SCOPES_NOT_ENFORCED}`);
    }
    const now = new Date();
    const [open] = await this.#db
      .select({ count: count() })
      .from(apiTokens)
      .where(and(eq(apiTokens.owner, owner.name), isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, now)));
    if ((open?.count ?? 0) >= MAX_PER_USER) {
      throw new SequencerError(
        'TOO_MANY',
        `You have ${String(MAX_PER_USER)} tokens, which is the limit.`,
        'Revoke one that you do not use.',
      );
    }
    const token = PREFIX + newSecret();
    const row: ApiTokenRow = {
      id: randomUUID(),
      hash: sha256(token),
      name,
      owner: owner.name,
      method,
      role: grant.role,
      sequencers: grant.sequencers ? [...grant.sequencers] : null,
      createdAt: now,
      expiresAt: new Date(now.getTime() + days * 86_400_000),
      usedAt: null,
      revokedAt: null,
      revokedBy: null,
    };
    await this.#db.insert(apiTokens).values(row);
    return { token, row };
  }

  /** The row of the token, unless it has expired or was revoked. */
  async find(token: string): Promise<ApiTokenRow | null> {
    if (!TOKEN.test(token)) return null;
    const hash = sha256(token);
    const row = await this.#cache.get(hash, async () => {
      const rows = await this.#db.select().from(apiTokens).where(eq(apiTokens.hash, hash));
      return rows[0] ?? null;
    });
    if (!row || row.revokedAt || row.expiresAt.getTime() <= Date.now()) return null;
    this.#recordUse(row);
    return row;
  }

  /** Stores the time of the last use, to the minute. */
  #recordUse(row: ApiTokenRow): void {
    const now = new Date();
    if (now.getTime() - (row.usedAt?.getTime() ?? 0) < USED_PRECISION_MS) return;
    row.usedAt = now;
    this.#db
      .update(apiTokens)
      .set({ usedAt: now })
      .where(eq(apiTokens.id, row.id))
      .catch((error: unknown) => {
        this.#log.warn({ err: error }, 'cannot store when a token was last used');
      });
  }

  /** The newest first, of one owner or of all. */
  list(owner: string | null): Promise<ApiTokenRow[]> {
    const own = owner === null ? undefined : eq(apiTokens.owner, owner);
    return this.#db.select().from(apiTokens).where(own).orderBy(desc(apiTokens.createdAt)).limit(500);
  }

  /** Throws BAD_INPUT when the token does not exist, or has another owner and `by` is not an admin. */
  async revoke(id: string, by: User): Promise<ApiTokenRow> {
    const own = hasRole(by, 'ADMIN') ? undefined : eq(apiTokens.owner, by.name);
    const [row] = await this.#db
      .update(apiTokens)
      .set({ revokedAt: new Date(), revokedBy: by.name })
      .where(and(eq(apiTokens.id, id), own, isNull(apiTokens.revokedAt)))
      .returning();
    if (!row)
      throw new SequencerError('BAD_INPUT', 'id: this token does not exist, is not yours, or was revoked already.');
    this.#revoked(row);
    return row;
  }

  /** Revokes all tokens of a user. Returns their number. */
  async revokeAll(owner: string, by: User): Promise<number> {
    const rows = await this.#db
      .update(apiTokens)
      .set({ revokedAt: new Date(), revokedBy: by.name })
      .where(and(eq(apiTokens.owner, owner), isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, new Date())))
      .returning();
    for (const row of rows) this.#revoked(row);
    return rows.length;
  }

  #revoked({ hash, id }: ApiTokenRow): void {
    this.#cache.invalidate(hash);
    this.#revocations.publish({ token: id });
  }
}
