/**
 * The terminal of one writer of a run: parses its text and keeps its cursor. It has no right margin: no
 * line is wrapped. Its last rows can be reached by moving up; what scrolled out of them is history.
 *
 * Own code and no library: @xterm/headless wraps at a fixed width, parses asynchronously, knows no line of a script for a
 * row, and has 170 kB; anser and ansi_up read colours alone. It is the reference in the tests.
 */
import { TerminalRow } from './row.ts';
import { PLAIN, linked, styled, type TerminalStyle } from './style.ts';

/** Rows that the cursor can reach. */
const HEIGHT = 50;
/** Where moves to the right end, unless a line is longer. */
const COLUMNS = 200;
const TAB = 8;
/** Of a sequence that does not end: then it is shown as text. */
const LONGEST_SEQUENCE = 4096;

const ESC = '\u001b';
/* eslint-disable no-control-regex -- Control characters are what it reads. */
const TEXT = /[^\u0000-\u001f\u007f]+/y;
const CSI = /\u001b\[([0-?]*)([ -/]*)([@-~])/y;
const STRING = /\u001b([\]PX^_])([^\u0007\u0018\u001a\u001b\n]*)(?:\u0007|\u001b\\)/y;
const CHARSET = /\u001b([()])([0-~])/y;
const ESCAPE = /\u001b[ -/]*([0-OQ-WYZ\\`-~])/y;
const BEGUN = /\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u0018\u001a\u001b\n]*\u001b?|[ -/]*)$/y;
/* eslint-enable no-control-regex */
const HALF = /[\ud800-\udbff]$/;

/** DEC special graphics, from ` to ~. */
const LINES = '◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·';

export class TerminalChannel {
  readonly #makeRow: () => TerminalRow;
  readonly #longest: number;
  #rows: TerminalRow[] = [];
  /** May be one below the last row: that one begins when something is written. */
  #y = 0;
  #x = 0;
  #style: TerminalStyle = PLAIN;
  #charsets = ['B', 'B'];
  #shift = 0;
  #saved = { x: 0, y: 0, style: PLAIN };
  /** A sequence, or half a character, whose rest is in the next text. */
  #begun = '';

  /** @param longest line, in columns: what is beyond is dropped */
  constructor(makeRow: () => TerminalRow, longest: number) {
    this.#makeRow = makeRow;
    this.#longest = longest;
  }

  /** The result does not depend on where a text is cut into chunks. */
  write(chunk: string): void {
    const text = this.#begun + chunk;
    this.#begun = '';
    const match = (pattern: RegExp, at: number) => {
      pattern.lastIndex = at;
      return pattern.exec(text);
    };
    for (let at = 0; at < text.length;) {
      let found = match(TEXT, at);
      if (found) {
        const half = at + found[0].length === text.length && HALF.test(text);
        this.#print(half ? found[0].slice(0, -1) : found[0]);
        if (half) this.#begun = text.slice(-1);
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
      } else if (text.length - at <= LONGEST_SEQUENCE && match(BEGUN, at)) {
        this.#begun = text.slice(at);
        return;
      } else {
        this.#print(ESC);
        at += 1;
      }
    }
  }

  /** Shows a sequence that has no end. */
  finish(): void {
    const rest = this.#begun;
    this.#begun = '';
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
    const drawn = this.#charsets[this.#shift] === '0' ? text.replace(/[`-~]/g, (c) => lineOf(c)) : text;
    if (this.#x < this.#longest) {
      this.#x = row.write(this.#x, drawn.slice(0, this.#longest * 2), this.#style);
      row.cut(this.#longest);
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
      const gone = this.#y - HEIGHT + 1;
      this.#rows.splice(0, gone);
      this.#y -= gone;
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
      this.#page();
      this.#goTo(0, 0);
    }
  }

  #restore(): void {
    const { x, y, style } = this.#saved;
    this.#goTo(y, x);
    this.#style = style;
  }

  /** Clears the screen: what was on it stays in the record, above. */
  #page(): void {
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
      this.#page();
      return;
    }
    this.#rows.forEach((row, y) => {
      if (mode === 0 ? y > this.#y : y < this.#y) row.erase(0, Infinity);
    });
    this.#rows[this.#y]?.erase(mode === 0 ? this.#x : 0, mode === 0 ? Infinity : this.#x + 1);
  }
}

function lineOf(character: string): string {
  return LINES[character.charCodeAt(0) - 0x60] ?? character;
}
