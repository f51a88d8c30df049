/** Assembles pieces of output into lines as a terminal shows them, separately for each stream and trace. */
import { originalText } from '@sequencer/model/text';
import { TerminalChannel } from '../terminal/channel.ts';
import { TerminalRow, type Piece } from '../terminal/row.ts';

/** `LOG`: messages of log points. */
export type Stream = 'STDOUT' | 'STDERR' | 'LOG';

export interface OutputPiece {
  seq: number;
  stream: Stream;
  text: string;
  trace: number | null;
  line: number | null;
  at: string;
}

/** Number of lines kept. Older ones are requested again when the user scrolls up to them. */
const MAX_LINES = 20_000;
/** Longer lines are cut on the page, in columns. The download has them in full. */
const MAX_COLUMNS = 4000;

export class OutputLine {
  /** Increases by one from line to line; older pages get lower keys. */
  key: number;
  readonly at: string;
  readonly trace: number | null;
  readonly line: number | null;
  readonly stream: Stream;
  /** Number of the event that started the line. */
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
  /** Range of the events in the log. */
  firstSeq = Infinity;
  lastSeq = 0;
  stderrCount = 0;
  readonly #maxLines: number;
  readonly #maxColumns: number;
  readonly #channels = new Map<string, TerminalChannel>();
  /** The pieces of all kept lines, because an older page changes how they begin. */
  #pieces: OutputPiece[] = [];
  #piece: OutputPiece | null = null;
  #nextKey = 0;

  constructor(maxLines = MAX_LINES, maxColumns = MAX_COLUMNS) {
    this.#maxLines = maxLines;
    this.#maxColumns = maxColumns;
  }

  /** Formats pieces as plain text, one string for each line. */
  static textOf(pieces: readonly OutputPiece[]): string[] {
    const log = new OutputLog(Infinity, Infinity);
    log.append(pieces);
    for (const channel of log.#channels.values()) channel.finish();
    return log.lines.map((line) => `${line.text}\n`);
  }

  /** Adds pieces that are newer than the log, and ignores others. */
  append(pieces: readonly OutputPiece[]): void {
    for (const piece of pieces) {
      if (piece.seq <= this.lastSeq) continue;
      this.lastSeq = piece.seq;
      this.firstSeq = Math.min(this.firstSeq, piece.seq);
      this.#pieces.push(piece);
      this.#write(piece);
    }
    if (this.lines.length > this.#maxLines * 1.1) this.#trim();
  }

  /** Inserts an older page at the beginning. Its open colours and unfinished lines continue in the text after it. */
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
    if (!channel) this.#channels.set(name, (channel = new TerminalChannel(() => this.#begin(), this.#maxColumns)));
    // The API sends U+0000 as `\u{0}`; an unpaired surrogate is shown in its escaped form.
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
    const dropped = this.lines.length - this.#maxLines;
    this.stderrCount -= this.lines.slice(0, dropped).filter((line) => line.stream === 'STDERR').length;
    this.lines = this.lines.slice(dropped);
    const first = this.lines[0]?.seq ?? this.firstSeq;
    this.#pieces = this.#pieces.filter((piece) => piece.seq >= first);
    this.firstSeq = first;
  }
}
