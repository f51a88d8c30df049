/** The output of a run, with the messages of its log points in order. */
import type { RunEvent } from '@sequencer/model/events';
import type { Client } from '@urql/vue';
import { outputPieceOf, type OutputPiece } from '@sequencer/model/output';
import { fillOutput, readEvents, readOutputBefore } from './record-pages.ts';

const PAGE = 1000;
/** Limits the messages that are read with a page of output, for log points in hot loops. The Events tab has all. */
const MAX_PAGES = 5;

/** The newest output before an event, oldest first. */
export async function readOutputHistory(api: Client, id: string, before: number, last: number): Promise<OutputPiece[]> {
  return mergeLogged(api, id, await readOutputBefore(api, id, before, last), before, last);
}

/** Merges messages of log points into a page of at most `last` pieces of output. */
export async function mergeLogged(
  api: Client,
  id: string,
  page: readonly OutputPiece[],
  before: number,
  last: number,
): Promise<OutputPiece[]> {
  const output = await fillOutput(api, id, page, last);
  const pieces = [...output];
  let after = output.length < last ? 0 : (output[0]?.seq ?? 1) - 1;
  for (let number = 0; number < MAX_PAGES && after < before; number++) {
    const events = await readEvents(api, id, after, ['logged'], PAGE);
    for (const { seq, at, type, data } of events) {
      const piece = outputPieceOf({ ...(JSON.parse(data) as object), seq, at, type } as unknown as RunEvent);
      if (piece && seq < before) pieces.push(piece);
    }
    if (events.length < PAGE) break;
    after = events.at(-1)?.seq ?? before;
  }
  return pieces.sort((a, b) => a.seq - b.seq);
}
