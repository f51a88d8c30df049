/** Who did what, with which result: written as it happens, never changed. The script's text and secrets stay out. */
import { createHash } from 'node:crypto';
import { and, desc, eq, gte, lt, ne, type SQL } from 'drizzle-orm';
import type { Logger } from '../log.ts';
import { audit, type AuditRow } from '../store/auth-schema.ts';
import { isDatabaseAway, type Db } from '../store/database.ts';

export type AuditEntry = Omit<AuditRow, 'id'>;

export interface AuditFilter {
  user: string | null;
  action: string | null;
  sequencer: string | null;
  run: string | null;
  refused: boolean;
  from: Date | null;
  to: Date | null;
}

const RETRY_MS = 2000;
const MOST_WAITING = 10_000;
const LONGEST_VALUE = 300;
/** Of those who have not come in: enough to see an attack, too few to fill a disk. */
const NOBODYS_A_MINUTE = 60;

export class AuditLog {
  readonly #db: Db;
  readonly #log: Logger;
  /** What could not be written yet, as the database was away. */
  readonly #waiting: AuditEntry[] = [];
  #retry: NodeJS.Timeout | null = null;
  #minute = 0;
  #nobodys = 0;

  constructor(db: Db, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** Returns when it is written. While the database is away it is kept, so that a telescope can be stopped then, too. */
  async write(entry: AuditEntry): Promise<void> {
    if (entry.userName === null && this.#isFlood()) return;
    try {
      await this.#db.insert(audit).values(entry);
    } catch (error) {
      if (!isDatabaseAway(error) || this.#waiting.length >= MOST_WAITING) {
        const { userName, action, result } = entry;
        this.#log.error({ err: error, userName, action, result }, 'an entry of the audit was not written');
        return;
      }
      this.#waiting.push(entry);
      this.#retryLater();
    }
  }

  #isFlood(): boolean {
    const minute = Math.floor(Date.now() / 60_000);
    if (minute !== this.#minute) {
      const left = this.#nobodys - NOBODYS_A_MINUTE;
      if (left > 0) this.#log.warn({ left }, 'refusals of people who had not signed in were left out of the audit');
      this.#minute = minute;
      this.#nobodys = 0;
    }
    this.#nobodys += 1;
    return this.#nobodys > NOBODYS_A_MINUTE;
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      void this.flush();
    }, RETRY_MS).unref();
  }

  /** Writes what waits, if that is possible now. */
  async flush(): Promise<void> {
    const entries = this.#waiting.splice(0);
    if (entries.length === 0) return;
    try {
      await this.#db.insert(audit).values(entries);
    } catch (error) {
      this.#log.warn({ err: error, entries: entries.length }, 'the audit waits for the database');
      this.#waiting.unshift(...entries);
      this.#retryLater();
    }
  }

  async close(): Promise<void> {
    if (this.#retry) clearTimeout(this.#retry);
    await this.flush();
    if (this.#retry) clearTimeout(this.#retry);
  }

  /** The newest first, those before an id. */
  read(filter: AuditFilter, first: number, before: number | null): Promise<AuditRow[]> {
    const conditions: (SQL | undefined)[] = [
      before === null ? undefined : lt(audit.id, before),
      filter.user === null ? undefined : eq(audit.userName, filter.user.normalize('NFC')),
      filter.action === null ? undefined : eq(audit.action, filter.action),
      filter.sequencer === null ? undefined : eq(audit.sequencer, filter.sequencer),
      filter.run === null ? undefined : eq(audit.run, filter.run),
      filter.refused ? ne(audit.result, 'DONE') : undefined,
      filter.from ? gte(audit.at, filter.from) : undefined,
      filter.to ? lt(audit.at, filter.to) : undefined,
    ];
    return this.#db
      .select()
      .from(audit)
      .where(and(...conditions))
      .orderBy(desc(audit.id))
      .limit(first);
  }
}

/** The arguments of an action as the audit keeps them. */
export function details(args: Record<string, unknown>): string {
  return JSON.stringify(args, (key, value: unknown) => {
    if (/password|token|secret/i.test(key)) return '***';
    if (typeof value !== 'string') return value;
    if (key === 'script') {
      const hash = createHash('sha256').update(value).digest('hex');
      return `sha256:${hash} (${String(Buffer.byteLength(value))} bytes)`;
    }
    // A NUL cannot be stored, half a character neither.
    const text = value.toWellFormed().replaceAll('\0', '\uFFFD');
    return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE).toWellFormed()} …` : text;
  });
}
