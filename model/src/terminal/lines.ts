/** Assembles pieces of output into lines as a terminal shows them, separately for each stream and trace. */
import type { OutputPiece } from '../output.ts';
import { originalText } from '../text.ts';
import { TerminalChannel } from './channel.ts';
import { TerminalRow } from './row.ts';

export class OutputLine {
  /** Position in the list that holds the line. */
  key = 0;
  readonly at: string;
  readonly trace: number | null;
  readonly line: number | null;
  readonly stream: OutputPiece['stream'];
  /** Number of the event that started the line. */
  readonly seq: number;
  /** Number of lines that this event started before: identifies the line, together with `seq`. */
  readonly ordinal: number;
  readonly row = new TerminalRow();

  constructor({ at, trace, line, stream, seq }: OutputPiece, ordinal: number) {
    this.at = at;
    this.trace = trace;
    this.line = line;
    this.stream = stream;
    this.seq = seq;
    this.ordinal = ordinal;
  }

  get text(): string {
    return this.row.text;
  }
}

export class LineAssembler {
  readonly #maxColumns: number;
  readonly #onLine: (line: OutputLine) => void;
  readonly #channels = new Map<string, TerminalChannel>();
  /** The newest line of each channel. */
  readonly #newest = new Map<string, OutputLine>();
  #current: { piece: OutputPiece; name: string } | null = null;
  /** Lines that the current piece has started. */
  #started = 0;

  /**
   * @param maxColumns maximum length of a line in columns; text beyond it is dropped
   * @param onLine called when a line starts; later pieces may change its text
   */
  constructor(maxColumns: number, onLine: (line: OutputLine) => void) {
    this.#maxColumns = maxColumns;
    this.#onLine = onLine;
  }

  write(piece: OutputPiece): void {
    const name = `${piece.stream} ${String(piece.trace)}`;
    this.#started = 0;
    const channel = this.#channels.get(name) ?? this.#open(name);
    this.#current = { piece, name };
    // The API sends U+0000 as `\u{0}`; an unpaired surrogate is shown in its escaped form.
    const text = originalText(piece.text);
    channel.write(text.isWellFormed() ? text : piece.text);
  }

  /** The lines that the next text of their channel continues. */
  get unfinished(): OutputLine[] {
    return [...this.#newest]
      .filter(([name]) => this.#channels.get(name)?.isAtLineStart === false)
      .map(([, line]) => line);
  }

  /** Shows incomplete sequences as text. */
  finish(): void {
    for (const channel of this.#channels.values()) channel.finish();
  }

  /** Closes the channels that wrote no line after this one. Their next text starts a new line. */
  closeUpTo(last: OutputLine): void {
    for (const [name, { seq, ordinal }] of this.#newest) {
      if (seq > last.seq || (seq === last.seq && ordinal > last.ordinal)) continue;
      this.#newest.delete(name);
      this.#channels.delete(name);
    }
  }

  #open(name: string): TerminalChannel {
    const channel = new TerminalChannel(() => this.#start(), this.#maxColumns);
    this.#channels.set(name, channel);
    return channel;
  }

  #start(): TerminalRow {
    if (!this.#current) throw new Error('no piece');
    const line = new OutputLine(this.#current.piece, this.#started++);
    this.#newest.set(this.#current.name, line);
    this.#onLine(line);
    return line.row;
  }
}
