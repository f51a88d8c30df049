/** Reads a run's record in pages. The server ends a page early when it reaches LIMITS.pageBytes. */
import { LIMITS } from '@sequencer/model/limits';
import type { Client } from '@urql/vue';
import { query } from '../../api/client.ts';
import { ACTIONS } from '../../api/documents.ts';

interface RecordedEvent {
  seq: number;
  type: string;
  at: string;
  data: string;
}

/** JSON needs up to six bytes for a character. */
const MAX_BYTES_PER_CHARACTER = 6;
const MAX_BYTES_BESIDE_TEXT = 300;

/** Whether the server may have ended the page because of its size, so that more may follow. */
function mayBeTruncated(texts: readonly string[]): boolean {
  const maxBytes = texts.reduce((sum, text) => sum + MAX_BYTES_PER_CHARACTER * text.length + MAX_BYTES_BESIDE_TEXT, 0);
  return maxBytes >= LIMITS.pageBytes;
}

/** Events with seq > after, oldest first: fewer than `first` only at the end of the record. */
export async function readEvents(
  api: Client,
  id: string,
  after: number,
  types: readonly string[] | null,
  first: number,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const variables = {
      id,
      after: events.at(-1)?.seq ?? after,
      types: types && [...types],
      first: first - events.length,
    };
    const { run } = await query(api, ACTIONS, variables);
    const page = run?.events ?? [];
    events.push(...page);
    if (events.length >= first || !mayBeTruncated(page.map(({ data }) => data))) return events;
  }
}
