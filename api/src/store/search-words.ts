/** Converts the search text of runs of earlier versions to the search form. */
import { searchForm } from '@sequencer/model';
import type pg from 'pg';

const PAGE = 1000;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Marks the column when all rows are converted. A comment, because this is not a change of the schema. */
const DONE = 'In the search form (NFKC, folded case).';

/** Idempotent. ASCII text needs no change, because the search ignores case. */
export async function foldSearchWords(client: pg.Client): Promise<void> {
  const comment = await client.query<{ comment: string | null }>(
    `select col_description(attrelid, attnum) as comment from pg_attribute
     where attrelid = to_regclass('runs') and attname = 'words'`,
  );
  if (comment.rows[0]?.comment === DONE) return;
  for (let after = FIRST; ;) {
    const { rows } = await client.query<{ id: string; words: string }>(
      `select id, words from runs where id > $1 and octet_length(words) > char_length(words) order by id limit $2`,
      [after, PAGE],
    );
    await client.query(
      `update runs set words = folded.words from unnest($1::uuid[], $2::text[]) folded(id, words)
       where runs.id = folded.id and runs.words <> folded.words`,
      [rows.map(({ id }) => id), rows.map(({ words }) => searchForm(words))],
    );
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) break;
    after = last.id;
  }
  await client.query(`comment on column runs.words is '${DONE}'`);
}
