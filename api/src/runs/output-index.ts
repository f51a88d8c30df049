/**
 * Makes the blocks that the search reads, from the record: on the first search, and from the last block on later. Blocks end
 * between events, where no line is unfinished if possible. An unfinished line is in the next block: the last events before
 * that block are read again, so that the same record always makes the same lines.
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
/** Number of events that are read again. A line that continues over more of them is indexed as a line of its own. */
const CONTEXT_EVENTS = 4;
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
  const { count, lastSeq, has } = await lastBlock(db, id);
  const before = { after: 0, before: lastSeq + 1, edge: 'last' } as const;
  const context = await readOutputPage(db, id, before, ALL_OUTPUT, CONTEXT_EVENTS, PAGE_BYTES);
  const block = new Block(context.events, has);
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
  if (!hasMore && isFinal && block.size > 0 && !(await insertBlock(db, id, blocks++, after, block.takeAll())))
    return null;
  if (!hasMore) for (const event of uncommitted) if (event.seq > after) block.add(event);
  return { blocks, tail: block.takeAll(), isComplete: !hasMore };
}

class Block {
  #lines: OutputLine[] = [];
  #assembler = this.#newAssembler();
  #bytes = 0;
  #context: readonly StoredEvent[];

  /**
   * @param context the last events before the block
   * @param isIndexed whether a line is in the block before
   */
  constructor(context: readonly StoredEvent[], isIndexed: (line: OutputLine) => boolean) {
    this.#context = context;
    this.#start();
    this.#lines = this.#lines.filter((line) => !isIndexed(line));
  }

  get size(): number {
    return this.#lines.length;
  }

  get isFull(): boolean {
    const share = Math.max(this.#lines.length / BLOCK_LINES, this.#bytes / BLOCK_BYTES);
    return share >= LARGEST_FACTOR || (share >= 1 && this.#assembler.unfinished.length === 0);
  }

  add(event: StoredEvent): void {
    this.#context = [...this.#context, event].slice(-CONTEXT_EVENTS);
    this.#bytes += this.#write(event);
  }

  /** The finished lines. The block has only the unfinished ones afterwards. */
  take(): IndexedLine[] {
    const unfinished = new Set(this.#assembler.unfinished);
    const lines = this.#lines.filter((line) => !unfinished.has(line)).map(indexed);
    this.#start();
    return lines;
  }

  /** All lines. The block is empty afterwards. */
  takeAll(): IndexedLine[] {
    this.#assembler.finish();
    const lines = this.#lines.map(indexed);
    this.#lines = [];
    return lines;
  }

  /** Reads the context again, and keeps what it has not finished. */
  #start(): void {
    this.#assembler = this.#newAssembler();
    for (const event of this.#context) this.#write(event);
    this.#lines = this.#assembler.unfinished;
    this.#bytes = 0;
  }

  /** Returns the number of characters. */
  #write(event: StoredEvent): number {
    const piece = readPiece(event);
    if (!piece) return 0;
    this.#assembler.write(piece);
    return piece.text.length;
  }

  #newAssembler(): LineAssembler {
    return new LineAssembler(MAX_COLUMNS, (line) => this.#lines.push(line));
  }
}

function indexed({ row, seq, ordinal, stream, trace, line }: OutputLine): IndexedLine {
  const words = searchForm(ensureStorable(row.text)).replaceAll('\n', ' ');
  return { words, seq, ordinal, stream, trace, scriptLine: line };
}
