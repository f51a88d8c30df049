/** The tables of runs. Migrations are generated from the schema files: `npm run migration -w api`. */
import type { AfterFailure, Breakpoint, FailureView, Mode, Phase, RunOrigin, RunStart } from '@sequencer/model';
import { sql } from 'drizzle-orm';
import { boolean, customType, index, integer, json, pgTable, primaryKey, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { last, text, time } from './columns.ts';
import { periodTags } from './period-tags.ts';

/** Unchanged JSON, as text: `jsonb` refuses NUL characters, which a script may print. */
const jsonText = customType<{ data: string }>({ dataType: () => 'text' });

export const sequencers = pgTable('sequencers', {
  name: text().primaryKey(),
  mode: text().$type<Mode>().notNull().default('OFF'),
  modeReason: text('mode_reason'),
  modeChangedBy: text('mode_changed_by'),
  modeChangedAt: time('mode_changed_at'),
  lastNumber: integer('last_number').notNull().default(0),
  /** The defaults for runs that do not specify them. */
  holdOnFailure: boolean('hold_on_failure').notNull().default(false),
  afterFailure: text('after_failure').$type<AfterFailure>().notNull().default('HOLD_QUEUE'),
});

export const runs = pgTable(
  'runs',
  {
    id: uuid().primaryKey(),
    sequencer: text()
      .notNull()
      .references(() => sequencers.name),
    number: integer().notNull(),
    title: text(),
    script: text().notNull(),
    /** For the search, which ignores case. Generated, so that an older replica need not know it. */
    scriptFolded: text('script_folded').generatedAlwaysAs(sql`lower(script)`),
    scriptHash: text('script_hash').notNull(),
    arguments: json().$type<string[]>().notNull(),
    startPaused: boolean('start_paused').notNull(),
    holdOnFailure: boolean('hold_on_failure').notNull(),
    breakpoints: json().$type<Breakpoint[]>().notNull(),
    /** The statement to start with; null for the first. */
    startAt: integer('start_at'),
    start: text().$type<RunStart>().notNull(),
    /** Its position in the queue: the smallest is next. */
    place: integer().notNull(),
    origin: text().$type<RunOrigin>().notNull().default('PERSON'),
    /** Window of the start. */
    notBefore: time('not_before'),
    notAfter: time('not_after'),
    afterFailure: text('after_failure').$type<AfterFailure>().notNull().default('HOLD_QUEUE'),
    /** Null: no limit. */
    timeoutSeconds: integer('timeout_seconds'),
    /** What it uses that other telescopes may use as well: two active runs never share a resource. */
    resources: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** Waits until an operator accepts it, and is on hold until then. */
    proposed: boolean('proposed').notNull().default(false),
    acceptedBy: text('accepted_by'),
    acceptedAt: time('accepted_at'),
    /** Set while the run is on hold: the queue skips it. */
    onHoldSince: time('on_hold_since'),
    onHoldBy: text('on_hold_by'),
    onHoldReason: text('on_hold_reason'),
    /** Increases with each change of what the run is to execute. */
    version: integer().notNull().default(1),
    /** Null before the first change. */
    editedBy: text('edited_by'),
    editedAt: time('edited_at'),
    submittedBy: text('submitted_by').notNull(),
    submittedAt: time('submitted_at').notNull(),
    requestId: text('request_id'),
    phase: text().$type<Phase>().notNull(),
    reason: text(),
    startedAt: time('started_at'),
    finishedAt: time('finished_at'),
    exitCode: integer('exit_code'),
    failure: json().$type<FailureView>(),
    /** The text that the search of the history matches, besides the script. */
    words: text().notNull(),
    statementCount: integer('statement_count').notNull().default(0),
    statementsDone: integer('statements_done').notNull().default(0),
    lastSeq: integer('last_seq').notNull().default(0),
    /** The RunView after event `viewSeq`. Later events are applied to it when it is loaded. */
    view: jsonText(),
    viewSeq: integer('view_seq').notNull().default(0),
    seenAt: time('seen_at'),
    /** SHA-256 of the token that the runner sends with its messages of this run. Null: the runner does not use such tokens. */
    tokenHash: text('token_hash'),
    /** In a cluster: the name of its SequencerRun, whose uid is the id. */
    object: text(),
    /** In a cluster: the newest generation of its SequencerRun whose desiredState was sent to the runner. */
    sentGeneration: integer('told_generation'),
  },
  (table) => [
    uniqueIndex('runs_number').on(table.sequencer, table.number),
    uniqueIndex('runs_request').on(table.submittedBy, table.requestId),
    // At most one active run on a sequencer, also in case of a defect elsewhere.
    uniqueIndex('runs_one_active')
      .on(table.sequencer)
      .where(sql`${table.phase} in ('STARTING', 'RUNNING', 'PAUSED', 'STOPPING', 'RECORDING')`),
    index('runs_waiting')
      .on(table.sequencer, table.place)
      .where(sql`${table.phase} = 'QUEUED'`),
    index('runs_newest').on(last(table.submittedAt), last(table.id)),
    index('runs_newest_of_sequencer').on(table.sequencer, last(table.submittedAt), last(table.id)),
    index('runs_newest_of_phase').on(table.phase, last(table.submittedAt), last(table.id)),
    index('runs_newest_of_person').on(table.submittedBy, last(table.submittedAt), last(table.id)),
    // For two filters of the history together. Without these, a pair that is never met takes a read of all runs of one.
    index('runs_newest_of_sequencer_phase').on(table.sequencer, table.phase, last(table.submittedAt), last(table.id)),
    index('runs_newest_of_sequencer_person').on(
      table.sequencer,
      table.submittedBy,
      last(table.submittedAt),
      last(table.id),
    ),
    // With the times of a run, so that a list by duration need not read the runs.
    index('runs_newest_of_person_phase').on(
      table.submittedBy,
      table.phase,
      last(table.submittedAt),
      last(table.id),
      table.startedAt,
      table.finishedAt,
    ),
    // Must be the same expression as in run-order.ts, or PostgreSQL does not use the index.
    index('runs_longest').on(
      sql`coalesce(extract(epoch from ${table.finishedAt} - ${table.startedAt}), -1) desc`,
      last(table.id),
    ),
    // Must be the same expressions as in sequencer-runs.ts.
    index('runs_ended')
      .on(table.sequencer, sql`coalesce(${table.finishedAt}, ${table.submittedAt}) desc`, last(table.id))
      .where(
        sql`${table.phase} not in ('QUEUED', 'STARTING', 'RUNNING', 'PAUSED', 'STOPPING', 'RECORDING', 'CANCELLED')`,
      ),
    index('runs_words_by_period').using('gin', periodTags(table), sql`${table.words} gin_trgm_ops`),
    index('runs_script_by_period').using('gin', periodTags(table), sql`${table.scriptFolded} gin_trgm_ops`),
  ],
);

export const events = pgTable(
  'events',
  {
    run: uuid()
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    seq: integer().notNull(),
    type: text().notNull(),
    at: time('at').notNull(),
    data: jsonText().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.run, table.seq] }),
    // Line events are most of a long record, and no query selects only them.
    index('events_by_type')
      .on(table.run, table.type, table.seq)
      .where(sql`${table.type} <> 'line'`),
  ],
);

export type SequencerRow = typeof sequencers.$inferSelect;
export type RunRow = typeof runs.$inferSelect;
export type NewRun = typeof runs.$inferInsert;
