/** The filter of the history as conditions of a query. */
import { and, eq, gte, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { searchForm, type Phase } from '@sequencer/model';
import type { Db } from './database.ts';
import type { RunOrder } from './run-order.ts';
import { runs, sequencers } from './schema.ts';

export interface RunFilter {
  sequencer: string | null;
  phases: readonly Phase[] | null;
  /** Text of the title, the user, the failure or the script. */
  text: string | null;
  /** One run by its name, such as `satp1/12`. */
  run: { sequencer: string; number: number } | null;
  submittedBy: string | null;
  from: Date | null;
  to: Date | null;
}

/** With at most nine digits, so that the number is an integer of PostgreSQL. */
const NAME_OF_RUN = /^([^\s/]+)\/(\d{1,9})$/;

/** The run that the text names, if there was ever a sequencer of that name. Otherwise it is text, such as `n/60`. */
export async function runNamed(db: Db, text: string): Promise<RunFilter['run']> {
  const [, name = '', number = ''] = NAME_OF_RUN.exec(text) ?? [];
  if (name === '') return null;
  const [row] = await db.select().from(sequencers).where(eq(sequencers.name, name.toLowerCase()));
  return row ? { sequencer: row.name, number: Number(number) } : null;
}

/** The conditions of a filter but its text, by what they are about. */
function conditionsOf(filter: RunFilter) {
  const { run, sequencer, phases, submittedBy, from, to } = filter;
  return {
    run: run ? and(eq(runs.sequencer, run.sequencer), eq(runs.number, run.number)) : undefined,
    sequencer: sequencer === null ? undefined : eq(runs.sequencer, sequencer),
    phases: phases ? inArray(runs.phase, [...phases]) : undefined,
    person: submittedBy === null ? undefined : eq(runs.submittedBy, submittedBy.normalize('NFC')),
    times: and(from ? gte(runs.submittedAt, from) : undefined, to ? lt(runs.submittedAt, to) : undefined),
  };
}

/** All conditions but the search for text. */
export function conditions(filter: RunFilter): SQL | undefined {
  return and(...Object.values(conditionsOf(filter)));
}

/** The conditions for which an index gives the runs in this order, and all others but the text. */
export function splitConditions(
  filter: RunFilter,
  order: RunOrder,
): { indexed: SQL | undefined; others: SQL | undefined } {
  const { run, times, person, phases, sequencer } = conditionsOf(filter);
  if (run) return { indexed: conditions(filter), others: undefined };
  if (order === 'LONGEST') return { indexed: undefined, others: conditions(filter) };
  if (filter.phases && filter.phases.length > 1) return { indexed: and(times, person, sequencer), others: phases };
  // Two of the three have an index together.
  if (person && phases && sequencer) return { indexed: and(times, sequencer, person), others: phases };
  return { indexed: conditions(filter), others: undefined };
}

/** Scripts are stored unchanged: composed, decomposed, or both. */
function scriptForms(text: string): string[] {
  return [...new Set([text, text.normalize('NFC'), text.normalize('NFD')])];
}

/** Whether the run has the text, for rows that another index selects: no index can serve this condition. */
export function containsText(text: string): SQL<boolean> {
  const inScript = scriptForms(text).map((form) => sql`strpos(${runs.scriptFolded}, lower(${form})) > 0`);
  return sql<boolean>`(strpos(${runs.words}, ${searchForm(text)}) > 0 or ${sql.join(inScript, sql` or `)})`;
}

/** The conditions for the trigram indexes. A run has the text if one of them holds. */
export function textMatches(text: string): SQL[] {
  const inScript = scriptForms(text).map((form) => sql`${runs.scriptFolded} like lower(${pattern(form)})`);
  return [sql`${runs.words} like ${pattern(searchForm(text))}`, ...inScript];
}

function pattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
