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

  get stderrCount(): number {
    return this.lines.filter((line) => line.stream === 'STDERR').length;
  }

  /** Adds the newest pieces, and ignores those it has. A window that is not at the end only takes note of them. */
  append(pieces: readonly OutputPiece[]): void {
    this.#newestSeq = Math.max(this.#newestSeq, pieces.at(-1)?.seq ?? 0);
    if (this.atEnd) this.#add(pieces);
  }

  /** Adds the page of pieces after the window. */
  appendPage(pieces: readonly OutputPiece[]): void {
    this.#add(pieces);
    this.#newestSeq = Math.max(this.#newestSeq, this.lastSeq);
    // Newer pieces may have arrived while the page was read.
    this.atEnd = this.lastSeq === this.#newestSeq;
  }

  /** Inserts the page of pieces before the window. Its open colours and unfinished lines continue in the text after it. */
  prepend(pieces: readonly OutputPiece[]): void {
    const older = pieces.filter((piece) => piece.seq < this.firstSeq);
    if (older.length === 0) return;
    const all = [...older, ...this.#pieces];
    const kept = all;
    const firstKey = this.lines[0]?.key ?? 0;
    const oldFirst = this.lines[0];
    this.#restart(kept);
    // The lines after the page keep their keys, so that they do not move on the page.
    const index = this.lines.findIndex((line) => line.seq === oldFirst?.seq && line.ordinal === oldFirst.ordinal);
    const added = index < 0 ? this.lines.findIndex((line) => line.seq > (older.at(-1)?.seq ?? 0)) : index;
    this.#numberFrom(firstKey - Math.max(0, added));
  }

  /** Moves the window to other pieces. */
  moveTo(pieces: readonly OutputPiece[]): void {
    const nextKey = this.#nextKey;
    this.firstSeq = Infinity;
    this.lastSeq = 0;
    this.#restart(pieces);
    this.#newestSeq = Math.max(this.#newestSeq, this.lastSeq);
    this.atStart = false;
    this.atEnd = this.lastSeq === this.#newestSeq;
    this.#numberFrom(nextKey);
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
