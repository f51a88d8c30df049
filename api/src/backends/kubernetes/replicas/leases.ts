/** Leases: which replica of the API has the connection of a run's runner. Stored in rows, with a heartbeat of each replica. */
import { helloSchema, type Hello } from '@sequencer/model';
import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { Db } from '../../../store/database.ts';
import { replicas, leases } from '../../../store/replica-schema.ts';

/** A replica without a heartbeat for this time is dead. */
const DEAD_AFTER = sql`now() - interval '6 seconds'`;

export interface Lease {
  run: string;
  replica: string;
  since: Date;
  hello: Hello;
}

export class Leases {
  readonly #db: Db;
  readonly #replica: string;

  constructor(db: Db, replica: string) {
    this.#db = db;
    this.#replica = replica;
  }

  async heartbeat(): Promise<void> {
    await this.#db
      .insert(replicas)
      .values({ id: this.#replica, lastSeenAt: sql`now()` })
      .onConflictDoUpdate({ target: replicas.id, set: { lastSeenAt: sql`now()` } });
  }

  /** Deletes the leases of dead replicas. Returns their runs; each run is returned to one replica only. */
  async reclaimExpired(): Promise<string[]> {
    return this.#db.transaction(async (tx) => {
      await tx.delete(replicas).where(sql`${replicas.lastSeenAt} < ${DEAD_AFTER}`);
      const alive = tx.select({ id: replicas.id }).from(replicas);
      const expired = await tx.delete(leases).where(notInArray(leases.replica, alive)).returning({ run: leases.run });
      return expired.map(({ run }) => run);
    });
  }

  async liveReplicas(): Promise<string[]> {
    return (await this.#db.select({ id: replicas.id }).from(replicas)).map(({ id }) => id);
  }

  async acquire(run: string, hello: Hello, since: Date): Promise<void> {
    const row = { replica: this.#replica, since, hello: JSON.stringify(hello) };
    await this.#db
      .insert(leases)
      .values({ run, ...row })
      .onConflictDoUpdate({ target: leases.run, set: row });
  }

  /** Deletes the lease, if this replica still has it. */
  async release(run: string): Promise<void> {
    await this.#db.delete(leases).where(and(eq(leases.run, run), eq(leases.replica, this.#replica)));
  }

  async find(runs: readonly string[]): Promise<Map<string, Lease>> {
    if (runs.length === 0) return new Map();
    const rows = await this.#db
      .select()
      .from(leases)
      .where(inArray(leases.run, [...runs]));
    return new Map(rows.map((row) => [row.run, { ...row, hello: helloSchema.parse(JSON.parse(row.hello)) }]));
  }

  /** Deletes all rows of this replica, so that the others need not wait until it is considered dead. */
  async close(): Promise<void> {
    await this.#db.delete(leases).where(eq(leases.replica, this.#replica));
    await this.#db.delete(replicas).where(eq(replicas.id, this.#replica));
  }
}
