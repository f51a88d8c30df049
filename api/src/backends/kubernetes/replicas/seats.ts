/** Which replica of the API has the runner of a run on the line: rows, so that all know, and a replica that died is noticed. */
import { helloSchema, type Hello } from '@sequencer/model';
import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { Db } from '../../../store/database.ts';
import { replicas, seats } from '../../../store/replica-schema.ts';

/** A replica that was not heard of for this long is dead. */
const DEAD_AFTER = sql`now() - interval '6 seconds'`;

export interface Seat {
  run: string;
  replica: string;
  since: Date;
  hello: Hello;
}

export class Seats {
  readonly #db: Db;
  readonly #replica: string;

  constructor(db: Db, replica: string) {
    this.#db = db;
    this.#replica = replica;
  }

  async heartbeat(): Promise<void> {
    await this.#db
      .insert(replicas)
      .values({ id: this.#replica, heardAt: sql`now()` })
      .onConflictDoUpdate({ target: replicas.id, set: { heardAt: sql`now()` } });
  }

  /** Takes the seats of replicas that are gone. The runs whose seats were taken from them: each by one replica alone. */
  async takeFromDead(): Promise<string[]> {
    return this.#db.transaction(async (tx) => {
      await tx.delete(replicas).where(sql`${replicas.heardAt} < ${DEAD_AFTER}`);
      const alive = tx.select({ id: replicas.id }).from(replicas);
      const left = await tx.delete(seats).where(notInArray(seats.replica, alive)).returning({ run: seats.run });
      return left.map(({ run }) => run);
    });
  }

  async alive(): Promise<string[]> {
    return (await this.#db.select({ id: replicas.id }).from(replicas)).map(({ id }) => id);
  }

  async take(run: string, hello: Hello, since: Date): Promise<void> {
    const row = { replica: this.#replica, since, hello: JSON.stringify(hello) };
    await this.#db
      .insert(seats)
      .values({ run, ...row })
      .onConflictDoUpdate({ target: seats.run, set: row });
  }

  /** Only if it is still this replica's. */
  async leave(run: string): Promise<void> {
    await this.#db.delete(seats).where(and(eq(seats.run, run), eq(seats.replica, this.#replica)));
  }

  async of(runs: readonly string[]): Promise<Map<string, Seat>> {
    if (runs.length === 0) return new Map();
    const rows = await this.#db
      .select()
      .from(seats)
      .where(inArray(seats.run, [...runs]));
    return new Map(rows.map((row) => [row.run, { ...row, hello: helloSchema.parse(JSON.parse(row.hello)) }]));
  }

  /** Nothing here any more: the others need not wait until it counts as dead. */
  async end(): Promise<void> {
    await this.#db.delete(seats).where(eq(seats.replica, this.#replica));
    await this.#db.delete(replicas).where(eq(replicas.id, this.#replica));
  }
}
