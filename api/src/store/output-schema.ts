/** The tables of the search in output. Migrations are generated from the schema files: `npm run migration -w api`. */
import { integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { text } from './columns.ts';
import { runs } from './schema.ts';

/**
 * The lines of output as a terminal shows them, in blocks of consecutive lines. The first search in a run's output creates
 * them. Line n of the block is line n of `words` and element n of each array.
 */
export const outputBlocks = pgTable(
  'output_blocks',
  {
    run: uuid()
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    /** From 0, without gaps. */
    block: integer().notNull(),
    /** All output up to this event is in this block or in those before. */
    lastSeq: integer('last_seq').notNull(),
    /** The lines in search form, separated by `\n`. */
    words: text().notNull(),
    /** The event that started each line, and the number of lines that the event started before. */
    seqs: integer().array().notNull(),
    ordinals: integer().array().notNull(),
    /** `STDOUT`, `STDERR` or `LOG`. */
    streams: text().array().notNull(),
    traces: integer().array().notNull(),
    /** Lines of the script. */
    scriptLines: integer('script_lines').array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.block] })],
);
