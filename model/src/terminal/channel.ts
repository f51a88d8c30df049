/**
 * A terminal for one stream of one trace: parses its text and tracks its cursor. It has no right margin, so that no line
 * wraps. The cursor can move up to the last HEIGHT rows; rows above them no longer change.
 *
 * Own code: @xterm/headless wraps at a fixed width, parses asynchronously, cannot assign a line of the script to a row, and
 * adds 170 kB; anser and ansi_up read only colours. @xterm/headless is the reference in the tests.
 */
import { TerminalRow } from './row.ts';
import { PLAIN, linked, styled, type TerminalStyle } from './style.ts';

/** Number of rows that the cursor can reach. */
const HEIGHT = 50;
/** Moves to the right end at this column, unless a line is longer. */
const COLUMNS = 200;
const TAB = 8;
/** A sequence without an end is shown as text from this length on. */
const MAX_SEQUENCE = 4096;

const ESC = '\u001b';
/* eslint-disable no-control-regex -- The parser reads control characters. */
const TEXT = /[^\u0000-\u001f\u007f]+/y;
const CSI = /\u001b\[([0-?]*)([ -/]*)([@-~])/y;
const STRING = /\u001b([\]PX^_])([^\u0007\u0018\u001a\u001b\n]*)(?:\u0007|\u001b\\)/y;
const CHARSET = /\u001b([()])([0-~])/y;
const ESCAPE = /\u001b[ -/]*([0-OQ-WYZ\\`-~])/y;
const INCOMPLETE = /\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u0018\u001a\u001b\n]*\u001b?|[ -/]*)$/y;
/* eslint-enable no-control-regex */
const HIGH_SURROGATE = /[\ud800-\udbff]$/;

/** DEC special graphics, from ` to ~. */
const SPECIAL_GRAPHICS = '◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·';

export class TerminalChannel {
  readonly #makeRow: () => TerminalRow;
  readonly #maxColumns: number;
  #rows: TerminalRow[] = [];
  /** May be one below the last row, which is created when text is written to it. */
  #y = 0;
  #x = 0;
  #style: TerminalStyle = PLAIN;
  #charsets = ['B', 'B'];
  #shift = 0;
  #saved = { x: 0, y: 0, style: PLAIN };
  /** An incomplete sequence or surrogate pair that continues in the next chunk. */
  #incomplete = '';

  /** @param maxColumns maximum length of a line in columns; text beyond it is dropped */
  constructor(makeRow: () => TerminalRow, maxColumns: number) {
    this.#makeRow = makeRow;
    this.#maxColumns = maxColumns;
  }

  /** The result does not depend on where a text is cut into chunks. */
  write(chunk: string): void {
    const text = this.#incomplete + chunk;
    this.#incomplete = '';
    const match = (pattern: RegExp, at: number) => {
      pattern.lastIndex = at;
      return pattern.exec(text);
    };
    for (let at = 0; at < text.length;) {
      let found = match(TEXT, at);
      if (found) {
        const half = at + found[0].length === text.length && HIGH_SURROGATE.test(text);
        this.#print(half ? found[0].slice(0, -1) : found[0]);
        if (half) this.#incomplete = text.slice(-1);
        at += found[0].length;
      } else if (text[at] !== ESC) {
        this.#control(text[at] ?? '');
        at += 1;
      } else if ((found = match(CSI, at))) {
        this.#csi(found[1] ?? '', found[2] ?? '', found[3] ?? '');
        at += found[0].length;
      } else if ((found = match(STRING, at))) {
        if (found[1] === ']') this.#osc(found[2] ?? '');
        at += found[0].length;
      } else if ((found = match(CHARSET, at))) {
        this.#charsets[found[1] === '(' ? 0 : 1] = found[2] ?? 'B';
        at += found[0].length;
      } else if ((found = match(ESCAPE, at))) {
        this.#escape(found[0].slice(1));
        at += found[0].length;
      } else if (text.length - at <= MAX_SEQUENCE && match(INCOMPLETE, at)) {
        this.#incomplete = text.slice(at);
        return;
      } else {
        this.#print(ESC);
        at += 1;
      }
    }
  }

  /** Whether the next text starts a new line. */
  get isAtLineStart(): boolean {
    return this.#x === 0 && this.#y >= this.#rows.length && this.#incomplete === '';
  }

  /** Shows an incomplete sequence as text. */
  finish(): void {
    const rest = this.#incomplete;
    this.#incomplete = '';
    if (rest !== '') this.#print(rest);
  }

  #row(): TerminalRow {
    while (this.#rows.length <= this.#y) this.#rows.push(this.#makeRow());
    const row = this.#rows[this.#y];
    if (!row) throw new Error('no row');
    return row;
  }

  #print(text: string): void {
    if (text === '') return;
    const row = this.#row();
    const drawn = this.#charsets[this.#shift] === '0' ? text.replace(/[`-~]/g, (c) => specialGraphic(c)) : text;
    if (this.#x < this.#maxColumns) {
      this.#x = row.write(this.#x, drawn.slice(0, this.#maxColumns * 2), this.#style);
      row.cut(this.#maxColumns);
    }
  }

  #control(character: string): void {
    if (character === '\n') this.#feed(true);
    else if (character === '\r') this.#x = 0;
    else if (character === '\b') this.#x = Math.max(0, this.#x - 1);
    else if (character === '\t') this.#right(TAB - (this.#x % TAB));
    else if (character === '\v' || character === '\f') this.#feed(false);
    else if (character === '\u000e') this.#shift = 1;
    else if (character === '\u000f') this.#shift = 0;
    else this.#print(character);
  }

  #feed(toStart: boolean): void {
    this.#row().close();
    this.#y += 1;
    if (toStart) this.#x = 0;
    if (this.#y >= HEIGHT) {
      const overflow = this.#y - HEIGHT + 1;
      this.#rows.splice(0, overflow);
      this.#y -= overflow;
    }
  }

  #right(columns: number): void {
    const most = Math.max(COLUMNS - 1, this.#rows[this.#y]?.width ?? 0);
    this.#x = Math.min(this.#x + columns, Math.max(most, this.#x));
  }

  #goTo(y: number, x: number): void {
    this.#rows[this.#y]?.close();
    this.#y = Math.min(Math.max(0, y), HEIGHT - 1);
    this.#x = 0;
    this.#right(Math.max(0, x));
  }

  #escape(sequence: string): void {
    if (sequence === 'D') this.#feed(false);
    else if (sequence === 'E') this.#feed(true);
    else if (sequence === 'M') this.#goTo(this.#y - 1, this.#x);
    else if (sequence === '7') this.#saved = { x: this.#x, y: this.#y, style: this.#style };
    else if (sequence === '8') this.#restore();
    else if (sequence === 'c') {
      this.#style = PLAIN;
      this.#charsets = ['B', 'B'];
      this.#clearScreen();
      this.#goTo(0, 0);
    }
  }

  #restore(): void {
    const { x, y, style } = this.#saved;
    this.#goTo(y, x);
    this.#style = style;
  }

  /** Clears the screen. Its rows stay in the log above. */
  #clearScreen(): void {
    this.#rows[this.#y]?.close();
    this.#rows = [];
    this.#y = 0;
  }

  #osc(content: string): void {
    const [, target] = /^8;[^;]*;(.*)$/s.exec(content) ?? [];
    if (target !== undefined) this.#style = linked(this.#style, target === '' ? null : target);
  }

  #csi(parameters: string, intermediates: string, final: string): void {
    if (intermediates !== '' || /^[<-?]/.test(parameters)) return;
    if (final === 'm') {
      this.#style = styled(this.#style, parameters);
      return;
    }
    const numbers = parameters.split(';').map(Number);
    const n = Math.max(1, numbers[0] ?? 1);
    const mode = numbers[0] ?? 0;
    const row = this.#rows[this.#y];
    if (final === 'A') this.#goTo(this.#y - n, this.#x);
    else if (final === 'B') this.#goTo(this.#y + n, this.#x);
    else if (final === 'C') this.#right(n);
    else if (final === 'D') this.#x = Math.max(0, this.#x - n);
    else if (final === 'E') this.#goTo(this.#y + n, 0);
    else if (final === 'F') this.#goTo(this.#y - n, 0);
    else if (final === 'G' || final === '`') this.#goTo(this.#y, n - 1);
    else if (final === 'H' || final === 'f') this.#goTo(n - 1, Math.max(1, numbers[1] ?? 1) - 1);
    else if (final === 'd') this.#goTo(n - 1, this.#x);
    else if (final === 'J') this.#eraseRows(mode);
    else if (final === 'K') row?.erase(mode === 0 ? this.#x : 0, mode === 1 ? this.#x + 1 : Infinity);
    else if (final === 'X') row?.erase(this.#x, this.#x + n);
    else if (final === 'P') row?.remove(this.#x, n);
    else if (final === '@') row?.insert(this.#x, Math.min(n, COLUMNS));
    else if (final === 's') this.#saved = { x: this.#x, y: this.#y, style: this.#style };
    else if (final === 'u') this.#restore();
  }

  #eraseRows(mode: number): void {
    if (mode >= 2) {
      this.#clearScreen();
      return;
    }
    this.#rows.forEach((row, y) => {
      if (mode === 0 ? y > this.#y : y < this.#y) row.erase(0, Infinity);
    });
    this.#rows[this.#y]?.erase(mode === 0 ? this.#x : 0, mode === 0 ? Infinity : this.#x + 1);
  }
}

function specialGraphic(character: string): string {
  return SPECIAL_GRAPHICS[character.charCodeAt(0) - 0x60] ?? character;
}
