/**
 * A window of a run's output: consecutive pieces, as lines. It is bounded: whole pieces leave it at the end that is farther
 * from the user, and `atStart` and `atEnd` report whether output before or after it exists.
 */
import type { OutputPiece } from '@sequencer/model/output';
import { LineAssembler, type OutputLine } from '@sequencer/model/terminal/lines';

export type { OutputLine, OutputPiece };

/** Number of lines kept. Others are requested again when the user scrolls to them. */
const MAX_LINES = 20_000;
/** Longer lines are cut on the page, in columns. The download has them in full. */
const MAX_COLUMNS = 4000;

/** Consecutive pieces, oldest first. */
export interface OutputPage {
  pieces: OutputPiece[];
  /** Whether there is more on the other side of the page. */
  hasMore: boolean;
}

export class OutputLog {
  lines: OutputLine[] = [];
  /** Range of the events in the window. */
  firstSeq = Infinity;
  lastSeq = 0;
  /** Whether there is no output before the window. */
  atStart = false;
  /** Whether the window has the newest output, and grows with it. */
  atEnd = true;
  readonly #maxLines: number;
  readonly #maxColumns: number;
  #assembler: LineAssembler;
  /** The pieces of all kept lines, because an older page changes how they begin. */
  #pieces: OutputPiece[] = [];
  #newestSeq = 0;
  #nextKey = 0;

  constructor(maxLines = MAX_LINES, maxColumns = MAX_COLUMNS) {
    this.#maxLines = maxLines;
    this.#maxColumns = maxColumns;
    this.#assembler = this.#newAssembler();
  }

  /** Formats pieces as plain text, one string for each line. */
  static textOf(pieces: readonly OutputPiece[]): string[] {
    const log = new OutputLog(Infinity, Infinity);
    log.append(pieces);
    log.#assembler.finish();
    return log.lines.map((line) => `${line.text}\n`);
  }

  /** Adds the newest pieces, and ignores those it has. A window that is not at the end only takes note of them. */
  append(pieces: readonly OutputPiece[]): void {
    this.#newestSeq = Math.max(this.#newestSeq, pieces.at(-1)?.seq ?? 0);
    if (this.atEnd) this.#add(pieces);
  }

  /** Adds the page of pieces after the window: as many as leave half of its lines where they are. */
  appendPage({ pieces, hasMore }: OutputPage): void {
    const near = pieces.slice(0, atLeastOne(piecesWithin(pieces, this.#maxLines / 2)));
    this.#add(near);
    this.#setEnd(hasMore || near.length < pieces.length);
  }

  /** Inserts a page before the window, in the same way. Its open colours and unfinished lines continue in the text after it. */
  prepend({ pieces, hasMore }: OutputPage): void {
    const older = pieces.filter((piece) => piece.seq < this.firstSeq);
    const near = older.slice(-atLeastOne(piecesWithin(older.toReversed(), this.#maxLines / 2)));
    this.atStart = !hasMore && near.length === older.length;
    if (near.length === 0) return;
    const all = [...near, ...this.#pieces];
    const kept = all.slice(0, Math.max(near.length + 1, piecesWithin(all, this.#maxLines * 1.1)));
    const oldFirst = this.lines[0];
    const lastOlder = near.at(-1)?.seq ?? 0;
    this.#restart(kept);
    if (kept.length < all.length) this.atEnd = false;
    // The lines after the page keep their keys, so that they do not move on the page.
    const index = this.lines.findIndex((line) => line.seq === oldFirst?.seq && line.ordinal === oldFirst.ordinal);
    const added = index < 0 ? this.lines.findIndex((line) => line.seq > lastOlder) : index;
    this.#numberFrom((oldFirst?.key ?? 0) - (added < 0 ? this.lines.length : added));
  }

  /** The line at a position, if the window has it for certain. */
  find(seq: number, ordinal: number): OutputLine | undefined {
    if (seq === this.firstSeq && !this.atStart) return undefined;
    return this.lines.find((line) => line.seq === seq && line.ordinal === ordinal);
  }

  /** Moves the window to where two pages meet. */
  moveTo(older: OutputPage, newer: OutputPage = { pieces: [], hasMore: false }): void {
    const nextKey = this.#nextKey;
    const lines = newer.pieces.length > 0 ? this.#maxLines / 2 : this.#maxLines;
    // Two at least: the first piece may begin within a line, so its lines cannot be counted.
    const before = older.pieces.slice(-Math.max(2, piecesWithin(older.pieces.toReversed(), lines)));
    const after = newer.pieces.slice(0, piecesWithin(newer.pieces, lines));
    this.firstSeq = Infinity;
    this.lastSeq = 0;
    this.#restart([...before, ...after]);
    this.atStart = !older.hasMore && before.length === older.pieces.length;
    this.#setEnd(newer.hasMore || after.length < newer.pieces.length);
    this.#numberFrom(nextKey);
  }

  #setEnd(hasMore: boolean): void {
    // Newer pieces may have arrived while the page was read.
    this.atEnd = !hasMore && this.lastSeq >= this.#newestSeq;
    this.#newestSeq = Math.max(this.#newestSeq, this.lastSeq);
  }

  #restart(pieces: readonly OutputPiece[]): void {
    this.#pieces = [...pieces];
    this.firstSeq = pieces[0]?.seq ?? this.firstSeq;
    this.lastSeq = pieces.at(-1)?.seq ?? this.lastSeq;
    this.#assembler = this.#newAssembler();
    this.lines = [];
    for (const piece of pieces) this.#assembler.write(piece);
  }

  #numberFrom(key: number): void {
    this.lines.forEach((line, index) => (line.key = key + index));
    this.#nextKey = key + this.lines.length;
  }

  #newAssembler(): LineAssembler {
    return new LineAssembler(this.#maxColumns, (line) => {
      line.key = this.#nextKey++;
      this.lines.push(line);
    });
  }

  #add(pieces: readonly OutputPiece[]): void {
    for (const piece of pieces) {
      if (piece.seq <= this.lastSeq) continue;
      this.lastSeq = piece.seq;
      this.firstSeq = Math.min(this.firstSeq, piece.seq);
      this.#pieces.push(piece);
      this.#assembler.write(piece);
    }
    if (this.lines.length > this.#maxLines * 1.1) this.#trimStart();
  }

  /** Drops the oldest pieces, each with all lines that it started. */
  #trimStart(): void {
    const first = this.lines[this.lines.length - this.#maxLines]?.seq ?? this.firstSeq;
    const index = this.lines.findIndex((line) => line.seq >= first);
    const lastDropped = this.lines[index - 1];
    if (!lastDropped) return;
    this.#assembler.closeUpTo(lastDropped);
    this.lines = this.lines.slice(index);
    this.#pieces = this.#pieces.filter((piece) => piece.seq >= first);
    this.firstSeq = first;
    this.atStart = false;
  }
}

const atLeastOne = (count: number) => Math.max(1, count);

/** Number of pieces from the first that have at most this many lines. */
function piecesWithin(pieces: readonly OutputPiece[], lines: number): number {
  let sum = 0;
  const end = pieces.findIndex(({ text }) => (sum += text.split('\n').length - 1) > lines);
  return end < 0 ? pieces.length : end;
}
