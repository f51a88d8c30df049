/** The statements of the script of a run, as it is now: a replacement of the remaining statements may have changed it. */
import { exactText, type RunEventOf, type RunView } from '@sequencer/model';
import type { StatementKeys } from '@sequencer/model/estimates/statement-keys';
import type { Db } from '../store/database.ts';
import { eventsAfter } from '../store/event-store.ts';
import { scriptOf, type RunSummary } from '../store/run-store.ts';
import type { StatementReader } from './statement-reader.ts';

const PAGE = 100;

/** Null if they cannot be read, or if the replacement is not stored yet. */
export async function readRunStatements(
  db: Db,
  reader: StatementReader,
  row: Pick<RunSummary, 'id' | 'scriptHash'>,
  view: Pick<RunView, 'versions'> | null,
): Promise<StatementKeys[] | null> {
  const version = view?.versions.at(-1)?.version;
  if (version === undefined) return reader.read(row.scriptHash, () => scriptOf(db, row.id));
  const script = await replacedScript(db, row.id, version);
  return script === null ? null : reader.read(`${row.id} ${String(version)}`, () => script);
}

async function replacedScript(db: Db, run: string, wanted: number): Promise<string | null> {
  for (let after = 0; ;) {
    const page = await eventsAfter(db, run, after, PAGE, ['script']);
    for (const { data } of page) {
      const { version, script } = JSON.parse(data) as RunEventOf<'script'>;
      if (version === wanted) return exactText(script);
    }
    const last = page.at(-1);
    if (!last) return null;
    after = last.seq;
  }
}
