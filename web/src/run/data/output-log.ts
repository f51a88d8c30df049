/** Makes lines of the pieces that a script wrote: per stream and trace, each as a terminal shows it. */
import { originalText } from '@sequencer/model/text';
import { TerminalChannel } from '../terminal/channel.ts';
import { TerminalRow, type Piece } from '../terminal/row.ts';

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

/** Lines that are kept; older ones are requested again when a person scrolls up to them. */
const KEPT = 20_000;
/** A line is cut for the eye here; the download has all of it. */
const LONGEST_LINE = 4000;

export class OutputLine {
  /** Grows by one from line to line, also downwards for older pages. */
  key: number;
  readonly at: string;
  readonly trace: number | null;
  readonly line: number | null;
  readonly stream: Stream;
  /** The event that it began with. */
  readonly seq: number;
  readonly row = new TerminalRow();

  constructor(key: number, { at, trace, line, stream, seq }: OutputPiece) {
    this.key = key;
    this.at = at;
    this.trace = trace;
    this.line = line;
    this.stream = stream;
    this.seq = seq;
  }

  get text(): string {
    return this.row.text;
  }

  get pieces(): Piece[] {
    return this.row.pieces;
  }
}

export class OutputLog {
  lines: OutputLine[] = [];
  /** The events that are in it. */
  firstSeq = Infinity;
  lastSeq = 0;
  stderrCount = 0;
  readonly #kept: number;
  readonly #longest: number;
  readonly #channels = new Map<string, TerminalChannel>();
  /** Of the lines that are here: an older page changes how they begin. */
  #pieces: OutputPiece[] = [];
  #piece: OutputPiece | null = null;
  #nextKey = 0;

  constructor(kept = KEPT, longest = LONGEST_LINE) {
    this.#kept = kept;
    this.#longest = longest;
  }

  /** Everything that pieces show, as plain text. */
  static textOf(pieces: readonly OutputPiece[]): string[] {
    const log = new OutputLog(Infinity, Infinity);
    log.append(pieces);
    for (const channel of log.#channels.values()) channel.finish();
    return log.lines.map((line) => `${line.text}\n`);
  }

  /** Adds what is newer than what is there. */
  append(pieces: readonly OutputPiece[]): void {
    for (const piece of pieces) {
      if (piece.seq <= this.lastSeq) continue;
      this.lastSeq = piece.seq;
      this.firstSeq = Math.min(this.firstSeq, piece.seq);
      this.#pieces.push(piece);
      this.#write(piece);
    }
    if (this.lines.length > this.#kept * 1.1) this.#trim();
  }

  /** Inserts an older page at the beginning. Its open colours and lines continue in the text that follows. */
  prepend(pieces: readonly OutputPiece[]): void {
    const older = pieces.filter((piece) => piece.seq < this.firstSeq);
    if (older.length === 0) return;
    const lastKey = this.lines.at(-1)?.key ?? -1;
    this.#pieces = [...older, ...this.#pieces];
    this.firstSeq = older[0]?.seq ?? this.firstSeq;
    this.#channels.clear();
    this.lines = [];
    this.stderrCount = 0;
    for (const piece of this.#pieces) this.#write(piece);
    this.lines.forEach((line, index) => (line.key = lastKey - (this.lines.length - 1 - index)));
    this.#nextKey = lastKey + 1;
  }

  #write(piece: OutputPiece): void {
    this.#piece = piece;
    const name = `${piece.stream} ${String(piece.trace)}`;
    let channel = this.#channels.get(name);
    if (!channel) this.#channels.set(name, (channel = new TerminalChannel(() => this.#begin(), this.#longest)));
    // The API sends U+0000 as `\u{0}`; half a surrogate pair cannot be shown as it was.
    const text = originalText(piece.text);
    channel.write(text.isWellFormed() ? text : piece.text);
  }

  #begin(): TerminalRow {
    if (!this.#piece) throw new Error('no piece');
    const line = new OutputLine(this.#nextKey++, this.#piece);
    this.lines.push(line);
    if (line.stream === 'STDERR') this.stderrCount += 1;
    return line.row;
  }

  #trim(): void {
    const dropped = this.lines.length - this.#kept;
    this.stderrCount -= this.lines.slice(0, dropped).filter((line) => line.stream === 'STDERR').length;
    this.lines = this.lines.slice(dropped);
    const first = this.lines[0]?.seq ?? this.firstSeq;
    this.#pieces = this.#pieces.filter((piece) => piece.seq >= first);
    this.firstSeq = first;
  }
}
