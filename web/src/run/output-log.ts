/** Makes lines of the pieces that a script wrote: per stream and trace, with carriage returns as a terminal takes them. */

/** `LOG`: what a log point wrote, not the script. */
export type Stream = 'STDOUT' | 'STDERR' | 'LOG';

export interface OutputPiece {
  seq: number;
  stream: Stream;
  text: string;
  trace: number | null;
  line: number | null;
  at: string;
}

export interface OutputLine {
  /** Grows by one from line to line, also downwards for older pages. */
  key: number;
  at: string;
  trace: number | null;
  line: number | null;
  stream: Stream;
  text: string;
  /** The event that it began with. */
  seq: number;
}

/** Lines that are kept; older ones are asked for again when somebody scrolls up to them. */
const KEPT = 20_000;
/** A line is cut for the eye here; the download has all of it. */
const LONGEST_LINE = 4000;

export class OutputLog {
  lines: OutputLine[] = [];
  /** The events that are in it. */
  firstSeq = Infinity;
  lastSeq = 0;
  stderrCount = 0;
  readonly #open = new Map<string, OutputLine>();
  /** Where the next text of an open line goes. */
  readonly #column = new WeakMap<OutputLine, number>();
  #nextKey = 0;

  /** Adds what is newer than what is there. */
  append(pieces: readonly OutputPiece[]): void {
    for (const piece of pieces) {
      if (piece.seq <= this.lastSeq) continue;
      this.lastSeq = piece.seq;
      this.firstSeq = Math.min(this.firstSeq, piece.seq);
      this.#write(piece);
    }
    if (this.lines.length > KEPT * 1.1) this.#trim();
  }

  /** Puts an older page before what is there. */
  prepend(pieces: readonly OutputPiece[]): void {
    const older = new OutputLog();
    older.append(pieces.filter((piece) => piece.seq < this.firstSeq));
    if (older.lines.length === 0) return;
    const firstKey = this.lines[0]?.key ?? 0;
    older.lines.forEach((line, index) => (line.key = firstKey - older.lines.length + index));
    this.firstSeq = older.firstSeq;
    this.stderrCount += older.stderrCount;
    this.lines = [...older.lines, ...this.lines];
  }

  #write(piece: OutputPiece): void {
    const parts = piece.text.split('\n');
    parts.forEach((part, index) => {
      const line = this.#lineFor(piece);
      this.#put(line, part);
      if (index < parts.length - 1) this.#open.delete(channel(piece));
      else if (line.text === '' && part === '') this.#drop(line);
    });
  }

  /** A carriage return goes back to the beginning of the line; what follows writes over it. */
  #put(line: OutputLine, part: string): void {
    for (const [index, text] of part.split('\r').entries()) {
      if (index > 0) this.#column.set(line, 0);
      if (!text) continue;
      const column = this.#column.get(line) ?? line.text.length;
      line.text = (line.text.slice(0, column) + text + line.text.slice(column + text.length)).slice(0, LONGEST_LINE);
      this.#column.set(line, column + text.length);
    }
  }

  #lineFor(piece: OutputPiece): OutputLine {
    const open = this.#open.get(channel(piece));
    if (open) return open;
    const { at, trace, line, stream, seq } = piece;
    const fresh = { key: this.#nextKey++, at, trace, line, stream, text: '', seq };
    this.#open.set(channel(piece), fresh);
    this.lines.push(fresh);
    if (stream === 'STDERR') this.stderrCount += 1;
    return fresh;
  }

  /** A text that ends with a newline has not begun the next line yet. */
  #drop(line: OutputLine): void {
    this.#open.delete(channel(line));
    if (this.lines.at(-1) !== line) return;
    this.lines.pop();
    this.#nextKey = line.key;
    if (line.stream === 'STDERR') this.stderrCount -= 1;
  }

  #trim(): void {
    const dropped = this.lines.length - KEPT;
    this.stderrCount -= this.lines.slice(0, dropped).filter((line) => line.stream === 'STDERR').length;
    this.lines = this.lines.slice(dropped);
    this.firstSeq = this.lines[0]?.seq ?? this.firstSeq;
  }
}

function channel(piece: { stream: string; trace: number | null }): string {
  return `${piece.stream} ${String(piece.trace)}`;
}
