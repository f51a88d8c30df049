/** The tables of estimates. Migrations are generated from the schema files: `npm run migration -w api`. */
import { doublePrecision, index, integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { last, text, time } from './columns.ts';
import { runs, sequencers } from './schema.ts';

/** The last durations of the statements with one key, and what follows from them. */
export const statementDurations = pgTable(
  'statement_durations',
  {
    sequencer: text()
      .notNull()
      .references(() => sequencers.name, { onDelete: 'cascade' }),
    /** The called name, or with a hash of its literal arguments: `statement-keys.ts` in the model. */
    key: text().notNull(),
    /** The oldest first, and the number of the run of each. */
    seconds: doublePrecision().array().notNull(),
    runs: integer().array().notNull(),
    typicalSeconds: doublePrecision('typical_seconds').notNull(),
    lowSeconds: doublePrecision('low_seconds').notNull(),
    highSeconds: doublePrecision('high_seconds').notNull(),
    basis: integer().notNull(),
    /** Of the last change. */
    at: time('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.sequencer, table.key] }),
    index('statement_durations_newest').on(table.sequencer, last(table.at)),
  ],
);

/** Runs that succeeded and whose durations are not stored yet. Written in the transaction of their end. */
export const runsToMeasure = pgTable('runs_to_measure', {
  run: uuid()
    .primaryKey()
    .references(() => runs.id, { onDelete: 'cascade' }),
});
