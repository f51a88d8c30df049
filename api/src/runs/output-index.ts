/**
 * Makes the blocks that the search reads, from the record: on the first search, and from the last block on later. Blocks end
 * between events where the next text starts a new line, so that the same record always makes the same lines.
 */
import { ensureStorable, searchForm } from '@sequencer/model';
import { LineAssembler, type OutputLine } from '@sequencer/model/terminal/lines';
import type { Db } from '../store/database.ts';
import type { StoredEvent } from '../store/event-store.ts';
import { insertBlock, lastBlock, type IndexedLine } from '../store/output-blocks.ts';
import { ALL_OUTPUT, readOutputPage, readPiece } from '../store/output-pages.ts';

const BLOCK_LINES = 1000;
const BLOCK_BYTES = 256 * 1024;
/** A block ends at this many times its size even if lines are unfinished. */
const LARGEST_FACTOR = 4;
/** Longer lines are cut, in columns. */
export const MAX_COLUMNS = 64 * 1024;
/** Small pages, so that other requests are answered meanwhile. */
const PAGE_EVENTS = 1000;
const PAGE_BYTES = 256 * 1024;

export interface OutputIndex {
  /** Number of blocks in the store. */
  blocks: number;
  /** The lines after the blocks. */
  tail: IndexedLine[];
  /** Whether all output is in the blocks or the tail. */
  isComplete: boolean;
}

/** A run's record, for its index. */
export interface IndexedRun {
  id: string;
  /** The run has ended and its record is stored, so that the last block may be small. */
  isFinal: boolean;
  /** The events that are only in memory, read before the store. */
  uncommitted: readonly StoredEvent[];
}

/** @param deadline in ms of performance.now(); the index may be incomplete then */
export async function updateIndex(db: Db, run: IndexedRun, deadline: number): Promise<OutputIndex> {
  for (;;) {
    const index = await tryUpdate(db, run, deadline);
    if (index) return index;
  }
}

/** Null if another replica made a block meanwhile. */
async function tryUpdate(
  db: Db,
  { id, isFinal, uncommitted }: IndexedRun,
  deadline: number,
): Promise<OutputIndex | null> {
  const { count, lastSeq } = await lastBlock(db, id);
  const block = new Block();
  let blocks = count;
  let after = lastSeq;
  let hasMore = true;
  while (hasMore && performance.now() < deadline) {
    const range = { after, before: 2 ** 31 - 1, edge: 'first' } as const;
    const page = await readOutputPage(db, id, range, ALL_OUTPUT, PAGE_EVENTS, PAGE_BYTES);
    hasMore = page.hasMore;
    for (const event of page.events) {
      after = event.seq;
      block.add(event);
      if (block.isFull && !(await insertBlock(db, id, blocks++, after, block.take()))) return null;
    }
  }
  if (!hasMore && isFinal && block.size > 0 && !(await insertBlock(db, id, blocks++, after, block.take()))) return null;
  if (!hasMore) for (const event of uncommitted) if (event.seq > after) block.add(event);
  return { blocks, tail: block.take(), isComplete: !hasMore };
}

class Block {
  #lines: OutputLine[] = [];
  #assembler = this.#newAssembler();
  #bytes = 0;

  get size(): number {
    return this.#lines.length;
  }

  get isFull(): boolean {
    const share = Math.max(this.#lines.length / BLOCK_LINES, this.#bytes / BLOCK_BYTES);
    return share >= LARGEST_FACTOR || (share >= 1 && this.#assembler.isAtLineStart);
  }

  add(event: StoredEvent): void {
    const piece = readPiece(event);
    if (!piece) return;
    this.#bytes += piece.text.length;
    this.#assembler.write(piece);
  }

  /** The lines. The block is empty afterwards. */
  take(): IndexedLine[] {
    this.#assembler.finish();
    const lines = this.#lines.map(({ row, seq, ordinal, stream, trace, line }) => ({
      words: searchForm(ensureStorable(row.text)).replaceAll('\n', ' '),
      seq,
      ordinal,
      stream,
      trace,
      scriptLine: line,
    }));
    this.#lines = [];
    this.#bytes = 0;
    this.#assembler = this.#newAssembler();
    return lines;
  }

  #newAssembler(): LineAssembler {
    return new LineAssembler(MAX_COLUMNS, (line) => this.#lines.push(line));
  }
}
