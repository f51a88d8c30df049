/** Tokens for programs: shown once, stored as a hash, never able to do more than the person whose they are. */
import { randomUUID } from 'node:crypto';
import { SequencerError, hasUnseenCharacters, type SignInMethod } from '@sequencer/model';
import { and, count, desc, eq, gt, isNull } from 'drizzle-orm';
import type { Logger } from '../lib/log.ts';
import { apiTokens, type ApiTokenRow } from '../store/auth-schema.ts';
import type { Db } from '../store/database.ts';
import type { Endings } from './endings.ts';
import { NOT_KEPT, hasRole, operates, type Grant } from './grants.ts';
import { Remembered } from './remembered.ts';
import { sha256 } from '../lib/sha256.ts';
import { newSecret } from './secrets.ts';
import type { User } from './user.ts';

const PREFIX = 'seq_';
const TOKEN = /^seq_[\w-]{43}$/;
const USED_EVERY_MS = 60_000;
const MOST_REMEMBERED = 1000;
const MOST_EACH = 50;
const LONGEST_DAYS = 366;
/** What a person may call a token: printable, nothing that turns the text around. */
const NAME = /^[\p{L}\p{N}\p{P}\p{S} ]{1,80}$/u;

export interface NewToken {
  name: string;
  grant: Grant;
  days: number;
}

export class ApiTokens {
  readonly #db: Db;
  readonly #log: Logger;
  readonly #known = new Remembered<ApiTokenRow>(MOST_REMEMBERED);

  readonly #endings: Endings;

  readonly #keepsScopes: boolean;

  /** @param keepsScopes whether an operator of some sequencers can be kept from the others */
  constructor(db: Db, log: Logger, endings: Endings, keepsScopes: boolean) {
    this.#keepsScopes = keepsScopes;
    this.#db = db;
    this.#log = log;
    this.#endings = endings;
  }

  /** Throws BAD_INPUT, FORBIDDEN or TOO_MANY. */
  async create(owner: User, method: SignInMethod, wanted: NewToken): Promise<{ token: string; row: ApiTokenRow }> {
    const { name, grant, days } = wanted;
    if (!NAME.test(name) || hasUnseenCharacters(name)) {
      throw new SequencerError(
        'BAD_INPUT',
        'name: it has 1 to 80 letters, digits and signs, such as "night schedule".',
      );
    }
    if (days < 1 || days > LONGEST_DAYS) {
      throw new SequencerError('BAD_INPUT', `days: it has to be from 1 to ${String(LONGEST_DAYS)}.`);
    }
    if (!hasRole(owner, grant.role) || grant.sequencers?.some((sequencer) => !operates(owner, sequencer))) {
      throw new SequencerError(
        'FORBIDDEN',
        'A token may do no more than you. Choose a lower role, or fewer sequencers.',
      );
    }
    if (grant.sequencers && hasRole(grant, 'OPERATOR') && !this.#keepsScopes) {
      throw new SequencerError('BAD_INPUT', `sequencers: ${NOT_KEPT}`);
    }
    const now = new Date();
    const [open] = await this.#db
      .select({ count: count() })
      .from(apiTokens)
      .where(and(eq(apiTokens.owner, owner.name), isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, now)));
    if ((open?.count ?? 0) >= MOST_EACH) {
      throw new SequencerError('TOO_MANY', `You have ${String(MOST_EACH)} tokens. Revoke one that is not used.`);
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

  /** The token as stored, unless it has expired or was revoked. */
  async find(token: string): Promise<ApiTokenRow | null> {
    if (!TOKEN.test(token)) return null;
    const hash = sha256(token);
    const row = await this.#known.get(hash, async () => {
      const rows = await this.#db.select().from(apiTokens).where(eq(apiTokens.hash, hash));
      return rows[0] ?? null;
    });
    if (!row || row.revokedAt || row.expiresAt.getTime() <= Date.now()) return null;
    this.#used(row);
    return row;
  }

  /** When it was last used, to the minute. */
  #used(row: ApiTokenRow): void {
    const now = new Date();
    if (now.getTime() - (row.usedAt?.getTime() ?? 0) < USED_EVERY_MS) return;
    row.usedAt = now;
    this.#db
      .update(apiTokens)
      .set({ usedAt: now })
      .where(eq(apiTokens.id, row.id))
      .catch((error: unknown) => {
        this.#log.warn({ err: error }, 'when a token was used could not be written');
      });
  }

  /** The newest first; of one person, or of all. */
  list(owner: string | null): Promise<ApiTokenRow[]> {
    const own = owner === null ? undefined : eq(apiTokens.owner, owner);
    return this.#db.select().from(apiTokens).where(own).orderBy(desc(apiTokens.createdAt)).limit(500);
  }

  /** Throws BAD_INPUT when there is none, or it is somebody else's and `by` is no admin. */
  async revoke(id: string, by: User): Promise<ApiTokenRow> {
    const own = hasRole(by, 'ADMIN') ? undefined : eq(apiTokens.owner, by.name);
    const [row] = await this.#db
      .update(apiTokens)
      .set({ revokedAt: new Date(), revokedBy: by.name })
      .where(and(eq(apiTokens.id, id), own, isNull(apiTokens.revokedAt)))
      .returning();
    if (!row) throw new SequencerError('BAD_INPUT', 'id: you have no such token, or it was revoked already.');
    this.#ended(row);
    return row;
  }

  /** Revokes all tokens of a user. Returns their number. */
  async revokeAll(owner: string, by: User): Promise<number> {
    const rows = await this.#db
      .update(apiTokens)
      .set({ revokedAt: new Date(), revokedBy: by.name })
      .where(and(eq(apiTokens.owner, owner), isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, new Date())))
      .returning();
    for (const row of rows) this.#ended(row);
    return rows.length;
  }

  #ended({ hash, id }: ApiTokenRow): void {
    this.#known.forget(hash);
    this.#endings.ended({ token: id });
  }
}
