/**
 * The period of ten days in which a run was submitted. The text indexes have it too: a search reads only the periods that it
 * needs, whichever texts the other periods have.
 */
import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';

/** Ten days. With shorter periods a long history has more of them to read, with longer ones each has more hits to read. */
export const periodOf = (time: SQLWrapper): SQL => sql`((${time} at time zone 'UTC')::date - '1970-01-01'::date) / 10`;

/** The time at which a period begins, as text with the UTC offset. */
export const startOf = (period: SQL): SQL =>
  sql`to_char('1970-01-01'::date + 10 * (${period}), 'YYYY-MM-DD"T00:00:00.000Z"')`;

/** The tags of a run: its period, and its period with its sequencer. The expression in the indexes. */
export function periodTags(run: { sequencer: SQLWrapper; submittedAt: SQLWrapper }): SQL {
  const period = periodOf(run.submittedAt);
  return sql`(array[(${period})::text, ${run.sequencer} || ' ' || (${period})::text])`;
}

/** The tag of the runs of a period, or of those on a sequencer. */
export function tagOf(period: SQL, sequencer: string | null): SQL {
  return sequencer === null ? sql`${period}::text` : sql`${sequencer} || ' ' || ${period}::text`;
}
