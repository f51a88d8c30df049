/** The filter of the history as conditions of a query. */
import { and, eq, gte, inArray, lt, or, sql, type SQL } from 'drizzle-orm';
import { searchForm, type Phase } from '@sequencer/model';
import type { Db } from './database.ts';
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

/** All conditions but the search for text. */
export function conditions(filter: RunFilter): (SQL | undefined)[] {
  return [
    filter.run ? and(eq(runs.sequencer, filter.run.sequencer), eq(runs.number, filter.run.number)) : undefined,
    filter.sequencer === null ? undefined : eq(runs.sequencer, filter.sequencer),
    filter.phases ? inArray(runs.phase, [...filter.phases]) : undefined,
    filter.submittedBy === null ? undefined : eq(runs.submittedBy, filter.submittedBy.normalize('NFC')),
    filter.from ? gte(runs.submittedAt, filter.from) : undefined,
    filter.to ? lt(runs.submittedAt, filter.to) : undefined,
  ];
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

/** Whether the run has the text, for the trigram indexes. */
export function matchesText(text: string): SQL | undefined {
  const inScript = scriptForms(text).map((form) => sql`${runs.scriptFolded} like lower(${pattern(form)})`);
  return or(sql`${runs.words} like ${pattern(searchForm(text))}`, ...inScript);
}

function pattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
