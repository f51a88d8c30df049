/** The tables by which several replicas of the API are one. What is in them matters while they run, and no longer. */
import { index, pgTable, uuid } from 'drizzle-orm/pg-core';
import { text, time } from './columns.ts';

export const replicas = pgTable('replicas', {
  id: text().primaryKey(),
  lastSeenAt: time('heard_at').notNull(),
});

/** Which replica has the runner of a run on the line. */
export const leases = pgTable('seats', {
  run: uuid().primaryKey(),
  replica: text().notNull(),
  since: time('since').notNull(),
  /** What the runner said of itself, as JSON. */
  hello: text().notNull(),
});

/** A command for a runner that another replica has on the line. */
export const commands = pgTable(
  'commands',
  {
    id: uuid().primaryKey(),
    /** Who has to carry it out, and who waits for the answer. */
    to: text().notNull(),
    from: text().notNull(),
    run: uuid().notNull(),
    by: text().notNull(),
    command: text().notNull(),
    askedAt: time('asked_at').notNull(),
    takenAt: time('taken_at'),
    /** JSON: `{ result }`, or the `{ code, message }` of a refusal. */
    answer: text(),
  },
  (table) => [index('commands_to').on(table.to)],
);
