/** One line of a terminal: cells that can be written over. While nothing was written over it is only runs of text. */
import { splitInvisible } from '../../lib/invisible-characters.ts';
import { PLAIN, isSame, presentationOf, type TerminalStyle } from './style.ts';
import { columnsOf, joins, widthOf } from './width.ts';

interface Run {
  text: string;
  style: TerminalStyle;
}
/** The second column of a wide character has no text. */
type Cell = Run;

/** A piece of a line as it is shown. */
export interface Piece {
  text: string;
  classes: string;
  colours: Record<string, string>;
}

const BLANK: Cell = { text: ' ', style: PLAIN };

export class TerminalRow {
  /** In columns. */
  width = 0;
  #runs: Run[] = [];
  #cells: Cell[] | null = null;
  #text: string | null = '';
  #pieces: Piece[] | null = null;

  /** Writes at the column, over what is there. Returns the column after it. */
  write(column: number, text: string, style: TerminalStyle): number {
    this.#changed();
    const columns = !this.#cells && column === this.width ? columnsOf(text) : null;
    if (columns !== null) {
      const last = this.#runs.at(-1);
      if (last && last.style === style) last.text += text;
      else this.#runs.push({ text, style });
      this.width += columns;
      return this.width;
    }
    const cells = this.#open();
    let at = column;
    for (const character of text) {
      const before = at > 0 ? this.#start(at - 1) : -1;
      const cell = cells[before];
      if (cell && joins(cell.text, character)) {
        cells[before] = { text: cell.text + character, style: cell.style };
        // An emoji of one column that is asked to be shown as a picture takes two.
        if (character === '\ufe0f' && at - before === 1 && /^\p{Emoji}\ufe0f$/u.test(cell.text + character)) {
          this.#clear(at, at + 1);
          cells[at] = { text: '', style: cell.style };
          at += 1;
        }
        continue;
      }
      const width = widthOf(character) || 1;
      while (cells.length < at) cells.push(BLANK);
      this.#clear(at, at + width);
      cells[at] = { text: character, style };
      if (width === 2) cells[at + 1] = { text: '', style };
      at += width;
    }
    this.width = cells.length;
    return at;
  }

  /** Blanks in place of the columns; at the end of the line nothing. */
  erase(from: number, to: number): void {
    if (from >= this.width) return;
    this.#changed();
    const cells = this.#open();
    this.#clear(from, Math.min(to, cells.length));
    if (to >= cells.length) cells.length = from;
    this.width = cells.length;
  }

  /** Takes columns out; what follows moves to the left. */
  remove(from: number, count: number): void {
    this.#changed();
    this.#clear(from, Math.min(from + count, this.width));
    this.#open().splice(from, count);
    this.width = this.#open().length;
  }

  /** Puts blanks in; what follows moves to the right. */
  insert(from: number, count: number): void {
    if (from >= this.width) return;
    this.#changed();
    this.#clear(from, from);
    this.#open().splice(from, 0, ...Array.from({ length: count }, () => BLANK));
    this.width = this.#open().length;
  }

  /** Cuts what is too long to be shown. */
  cut(longest: number): void {
    if (this.width > longest) this.erase(longest, this.width);
  }

  /** The cursor has left: a line of cells takes much more memory than its text. */
  close(): void {
    if (!this.#cells) return;
    this.#runs = this.#joined();
    this.#cells = null;
  }

  /** The visible text, with the targets of links. */
  get text(): string {
    this.#text ??= this.#withTargets()
      .map((run) => run.text)
      .join('');
    return this.#text;
  }

  get pieces(): Piece[] {
    this.#pieces ??= this.#withTargets().flatMap(({ text, style }) => {
      const { classes, colours } = presentationOf(style);
      return splitInvisible(text).map((part) => ({
        text: part.mark ?? part.text,
        classes: part.mark !== null && part.mark.length > 1 ? `${classes} invisible-character`.trim() : classes,
        colours,
      }));
    });
    return this.#pieces;
  }

  #changed(): void {
    this.#text = null;
    this.#pieces = null;
  }

  #open(): Cell[] {
    if (this.#cells) return this.#cells;
    const cells: Cell[] = [];
    for (const { text, style } of this.#runs) {
      for (const character of text) {
        const last = cells.findLastIndex((cell) => cell.text !== '');
        const before = cells[last];
        if (before && joins(before.text, character)) {
          cells[last] = { text: before.text + character, style: before.style };
          if (character === '\ufe0f' && last === cells.length - 1) cells.push({ text: '', style: before.style });
          continue;
        }
        cells.push({ text: character, style });
        if (widthOf(character) === 2) cells.push({ text: '', style });
      }
    }
    this.#cells = cells;
    this.#runs = [];
    return cells;
  }

  /** The column where the character of this column begins. */
  #start(column: number): number {
    return this.#open()[column]?.text === '' ? column - 1 : column;
  }

  /** Makes columns blank, and the other halves of wide characters that are cut. */
  #clear(from: number, to: number): void {
    const cells = this.#open();
    if (cells[from]?.text === '') cells[from - 1] = BLANK;
    if (cells[to]?.text === '') cells[to] = BLANK;
    for (let at = from; at < to && at < cells.length; at++) cells[at] = BLANK;
  }

  #joined(): Run[] {
    if (!this.#cells) return this.#runs;
    const runs: Run[] = [];
    for (const { text, style } of this.#cells) {
      const last = runs.at(-1);
      if (last && isSame(last.style, style)) last.text += text;
      else runs.push({ text, style });
    }
    return runs;
  }

  /** A link is shown with its target, as text: nothing is followed. */
  #withTargets(): Run[] {
    const runs = this.#joined();
    return runs.flatMap((run, i) => {
      const { link } = run.style;
      if (link === null || runs[i + 1]?.style.link === link) return [run];
      let shown = run.text;
      for (let j = i - 1; runs[j]?.style.link === link; j--) shown = (runs[j]?.text ?? '') + shown;
      return shown === link ? [run] : [run, { text: ` <${link}>`, style: PLAIN }];
    });
  }
}
