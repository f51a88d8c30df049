/**
 * Records who did what, with which result. An entry is written before its action with the result REQUESTED. Its result is
 * updated once; nothing else of an entry changes. Scripts and secrets are not recorded.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { and, desc, eq, gte, lt, ne, type SQL } from 'drizzle-orm';
import { LIMITS, boundedText, storableText } from '@sequencer/model';
import { sha256 } from '../lib/sha256.ts';
import type { Logger } from '../lib/log.ts';
import { audit, type AuditRow } from '../store/auth-schema.ts';
import type { Db } from '../store/database.ts';
import { isRefused } from '../store/errors.ts';

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

/** An entry whose action was requested. `id` resolves when its row is written, and rejects when that fails. */
export interface Requested {
  entry: Omit<AuditEntry, 'result' | 'message'>;
  id: Promise<number>;
}

/** A write that must be retried: an entry, or the result of one. */
type Write = { entry: AuditEntry } | { id: number; result: string; message: string | null };

export const REQUESTED = 'REQUESTED';
const RETRY_MS = 2000;
const MAX_PENDING = 10_000;
/** A whole reason. */
const MAX_VALUE_LENGTH = LIMITS.reasonLength;
/** How long a response waits for its entry. It does not wait while an earlier write is overdue. */
const MAX_WAIT_MS = 500;
/** Limit for entries of unauthenticated and of invalid requests. It is enough to recognize an attack. */
const REFUSALS_PER_MINUTE = 60;

export class AuditLog {
  readonly #db: Db;
  readonly #log: Logger;
  /** In the order in which they are retried. */
  readonly #pending: Write[] = [];
  readonly #writing = new Set<Promise<void>>();
  #retry: NodeJS.Timeout | null = null;
  #late = false;
  #minute = 0;
  readonly #refusals = new Map<string, number>();

  constructor(db: Db, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** Call before the action. To be sure that the entry is written before the action, await its `id`. */
  request(entry: Requested['entry']): Requested {
    const id = this.#insert({ ...entry, result: REQUESTED, message: null });
    // A failure is handled when the result is written.
    id.catch(() => undefined);
    return { entry, id };
  }

  /** Call after the action. Resolves when the result is written, or after `MAX_WAIT_MS`. */
  async finish({ entry, id }: Requested, result: string, message: string | null): Promise<void> {
    const written = id.then(
      (row) => this.#attempt({ id: row, result, message }),
      () => this.#attempt({ entry: { ...entry, result, message } }),
    );
    await this.#waitBriefly(written);
  }

  /** Writes an entry for a request that was rejected before any action. Waits at most `MAX_WAIT_MS`. */
  async write(entry: AuditEntry): Promise<void> {
    if (entry.userName === null && this.#isOverLimit('')) return;
    await this.#waitBriefly(this.#attempt({ entry }));
  }

  /** Writes an entry for an invalid mutation, up to a limit per user and minute. */
  async writeInvalid(entry: AuditEntry): Promise<void> {
    if (this.#isOverLimit(entry.userName ?? '')) return;
    await this.#waitBriefly(this.#attempt({ entry }));
  }

  async #insert(entry: AuditEntry): Promise<number> {
    const [row] = await this.#db.insert(audit).values(entry).returning({ id: audit.id });
    this.#late = false;
    return row?.id ?? 0;
  }

  /** Throws the error of the database. */
  async #write(write: Write): Promise<void> {
    if ('entry' in write) {
      await this.#insert(write.entry);
      return;
    }
    const { id, result, message } = write;
    await this.#db
      .update(audit)
      .set({ result, message })
      .where(and(eq(audit.id, id), eq(audit.result, REQUESTED)));
    this.#late = false;
  }

  /** Never throws. While the database is unreachable the write is queued, so that a telescope can still be stopped. */
  async #attempt(write: Write): Promise<void> {
    try {
      await this.#write(write);
    } catch (error) {
      if (isRefused(error) || this.#pending.length >= MAX_PENDING) {
        this.#drop(write, error);
        return;
      }
      this.#pending.push(write);
      this.#retryLater();
    }
  }

  #drop(write: Write, error: unknown): void {
    const about = 'entry' in write ? { userName: write.entry.userName, action: write.entry.action } : { id: write.id };
    this.#log.error({ err: error, ...about }, 'audit entry dropped');
  }

  async #waitBriefly(written: Promise<void>): Promise<void> {
    this.#writing.add(written);
    const done = written.finally(() => this.#writing.delete(written));
    if (this.#late) return;
    const late = new AbortController();
    const timeout = sleep(MAX_WAIT_MS, true, { signal: late.signal, ref: false }).catch(() => false);
    if (await Promise.race([done.then(() => false), timeout])) this.#late = true;
    late.abort();
  }

  #isOverLimit(user: string): boolean {
    const minute = Math.floor(Date.now() / 60_000);
    if (minute !== this.#minute) {
      const dropped = [...this.#refusals.values()].reduce(
        (sum, count) => sum + Math.max(0, count - REFUSALS_PER_MINUTE),
        0,
      );
      if (dropped > 0)
        this.#log.warn({ dropped }, 'audit entries of rejected requests dropped: too many in one minute');
      this.#minute = minute;
      this.#refusals.clear();
    }
    const count = (this.#refusals.get(user) ?? 0) + 1;
    this.#refusals.set(user, count);
    return count > REFUSALS_PER_MINUTE;
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      void this.flush();
    }, RETRY_MS).unref();
  }

  /** Writes the queued entries, if the database is reachable. Drops entries that the database refuses. */
  async flush(): Promise<void> {
    for (let write = this.#pending.shift(); write; write = this.#pending.shift()) {
      try {
        await this.#write(write);
      } catch (error) {
        if (isRefused(error)) {
          this.#drop(write, error);
          continue;
        }
        this.#pending.unshift(write);
        this.#log.warn({ err: error, entries: this.#pending.length }, 'audit entries are waiting for the database');
        this.#retryLater();
        return;
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#writing);
    if (this.#retry) clearTimeout(this.#retry);
    await this.flush();
    if (this.#retry) clearTimeout(this.#retry);
  }

  /** The entries before an id, the newest first. */
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

/** The arguments of an action as the audit log stores them. */
export function details(args: Record<string, unknown>): string {
  return JSON.stringify(args, (key, value: unknown) => {
    if (/password|token|secret/i.test(key)) return '***';
    if (typeof value !== 'string') return value;
    if (key === 'script') {
      return `sha256:${sha256(value)} (${String(Buffer.byteLength(value))} bytes)`;
    }
    return value.length > MAX_VALUE_LENGTH ? `${boundedText(value, MAX_VALUE_LENGTH)} …` : storableText(value);
  });
}
