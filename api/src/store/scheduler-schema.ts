/** The tables of the scheduler. Migrations are generated from the schema files: `npm run migration -w api`. */
import { sql } from 'drizzle-orm';
import { bigint, boolean, doublePrecision, index, integer, pgTable, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { last, text, time } from './columns.ts';
import { runs, sequencers } from './schema.ts';

/** What a person set. A null value is the default of the environment. */
export const schedulerSettings = pgTable('scheduler_settings', {
  sequencer: text()
    .primaryKey()
    .references(() => sequencers.name, { onDelete: 'cascade' }),
  url: text(),
  /** The name of a header of the environment. */
  header: text(),
  policy: text(),
  lengthMinutes: integer('length_minutes'),
  timeoutSeconds: integer('timeout_seconds'),
  leadMinutes: integer('lead_minutes'),
  /** Failures are counted after this pull: the last one before the automatic mode was set. */
  countsAfter: bigint('counts_after', { mode: 'number' }).notNull().default(0),
});

/** `REQUESTED` and `ANSWERED` are in progress; a script of the latter has to become a run, if the action demands one. */
export type PullState = 'REQUESTED' | 'ANSWERED' | 'DONE' | 'FAILED' | 'CANCELLED' | 'INTERRUPTED';
export type PullAction = 'DRAFT' | 'QUEUE' | 'RUN';

export const schedulerPulls = pgTable(
  'scheduler_pulls',
  {
    /** Also the requestId of its run, so that a pull never makes two. */
    id: uuid().primaryKey(),
    /** In the order of the requests, whatever the clock does. */
    number: bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    sequencer: text()
      .notNull()
      .references(() => sequencers.name, { onDelete: 'cascade' }),
    requestedBy: text('requested_by').notNull(),
    automatic: boolean().notNull(),
    action: text().$type<PullAction>().notNull(),
    at: time('at').notNull(),
    from: time('from').notNull(),
    to: time('to').notNull(),
    policy: text().notNull(),
    state: text().$type<PullState>().notNull(),
    endedAt: time('ended_at'),
    /** After this time the process that requested it has ended. */
    deadline: time('deadline').notNull(),
    message: text(),
    /** Until the answer. */
    seconds: doublePrecision(),
    script: text(),
    run: uuid().references(() => runs.id, { onDelete: 'set null' }),
  },
  (table) => [
    uniqueIndex('scheduler_pulls_one_open')
      .on(table.sequencer)
      .where(sql`${table.state} in ('REQUESTED', 'ANSWERED')`),
    index('scheduler_pulls_newest').on(table.sequencer, last(table.number)),
    index('scheduler_pulls_run').on(table.run),
  ],
);

export type SettingsRow = typeof schedulerSettings.$inferSelect;
export type PullRow = typeof schedulerPulls.$inferSelect;
