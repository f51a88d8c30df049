/** The tables that the replicas of the API share. Their rows are only valid while the replicas run. */
import { index, pgTable, uuid } from 'drizzle-orm/pg-core';
import { text, time } from './columns.ts';

export const replicas = pgTable('replicas', {
  id: text().primaryKey(),
  lastSeenAt: time('heard_at').notNull(),
});

/** Which replica has the connection of a run's runner. The table has the name of an earlier version. */
export const leases = pgTable('seats', {
  run: uuid().primaryKey(),
  replica: text().notNull(),
  since: time('since').notNull(),
  /** The `hello` of the runner, as JSON. */
  hello: text().notNull(),
});

/** A command for a runner that is connected to another replica. */
export const commands = pgTable(
  'commands',
  {
    id: uuid().primaryKey(),
    /** The replica that executes the command. `from` waits for the answer. */
    to: text().notNull(),
    from: text().notNull(),
    run: uuid().notNull(),
    by: text().notNull(),
    command: text().notNull(),
    askedAt: time('asked_at').notNull(),
    takenAt: time('taken_at'),
    /** JSON: `{ result }`, or `{ code, message }` of an error. */
    answer: text(),
  },
  (table) => [index('commands_to').on(table.to)],
);
