/** One row of a terminal. It stores runs of text, and becomes cells only when text is overwritten. */
import { PLAIN, isSame, type TerminalStyle } from './style.ts';
import { columnsOf, joins, widthOf } from './width.ts';

/** Text in one style. */
export interface StyledText {
  text: string;
  style: TerminalStyle;
}
/** The second column of a wide character has an empty text. */
type Cell = StyledText;

const BLANK: Cell = { text: ' ', style: PLAIN };

export class TerminalRow {
  /** In columns. */
  width = 0;
  #runs: StyledText[] = [];
  #cells: Cell[] | null = null;
  #text: string | null = '';

  /** Writes text at a column and overwrites what is there. Returns the column after the text. */
  write(column: number, text: string, style: TerminalStyle): number {
    this.#invalidate();
    const columns = !this.#cells && column === this.width ? columnsOf(text) : null;
    if (columns !== null) {
      const last = this.#runs.at(-1);
      if (last && last.style === style) last.text += text;
      else this.#runs.push({ text, style });
      this.width += columns;
      return this.width;
    }
    const cells = this.#toCells();
    let at = column;
    for (const character of text) {
      const before = at > 0 ? this.#startColumn(at - 1) : -1;
      const cell = cells[before];
      if (cell && joins(cell.text, character)) {
        cells[before] = { text: cell.text + character, style: cell.style };
        // A variation selector makes an emoji of one column two columns wide.
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

  /** Replaces columns by blanks, or removes them at the end of the line. */
  erase(from: number, to: number): void {
    if (from >= this.width) return;
    this.#invalidate();
    const cells = this.#toCells();
    this.#clear(from, Math.min(to, cells.length));
    if (to >= cells.length) cells.length = from;
    this.width = cells.length;
  }

  /** Removes columns; those after them move to the left. */
  remove(from: number, count: number): void {
    this.#invalidate();
    this.#clear(from, Math.min(from + count, this.width));
    this.#toCells().splice(from, count);
    this.width = this.#toCells().length;
  }

  /** Inserts blanks; the columns after them move to the right. */
  insert(from: number, count: number): void {
    if (from >= this.width) return;
    this.#invalidate();
    this.#clear(from, from);
    this.#toCells().splice(from, 0, ...Array.from({ length: count }, () => BLANK));
    this.width = this.#toCells().length;
  }

  /** Cuts the row to a number of columns. */
  cut(columns: number): void {
    if (this.width > columns) this.erase(columns, this.width);
  }

  /** Converts cells back to text when the cursor leaves, because cells take much more memory. */
  close(): void {
    if (!this.#cells) return;
    this.#runs = this.#toRuns();
    this.#cells = null;
  }

  /** The visible text, with the targets of links. */
  get text(): string {
    this.#text ??= this.#withTargets()
      .map((run) => run.text)
      .join('');
    return this.#text;
  }

  /** The visible text with its styles, and with the targets of links. */
  get texts(): readonly StyledText[] {
    return this.#withTargets();
  }

  #invalidate(): void {
    this.#text = null;
  }

  #toCells(): Cell[] {
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
  #startColumn(column: number): number {
    return this.#toCells()[column]?.text === '' ? column - 1 : column;
  }

  /** Blanks columns, and the other halves of wide characters at both ends. */
  #clear(from: number, to: number): void {
    const cells = this.#toCells();
    if (cells[from]?.text === '') cells[from - 1] = BLANK;
    if (cells[to]?.text === '') cells[to] = BLANK;
    for (let at = from; at < to && at < cells.length; at++) cells[at] = BLANK;
  }

  #toRuns(): StyledText[] {
    if (!this.#cells) return this.#runs;
    const runs: StyledText[] = [];
    for (const { text, style } of this.#cells) {
      const last = runs.at(-1);
      if (last && isSame(last.style, style)) last.text += text;
      else runs.push({ text, style });
    }
    return runs;
  }

  /** Shows the target of a link as text. The page has no clickable links from output. */
  #withTargets(): StyledText[] {
    const runs = this.#toRuns();
    return runs.flatMap((run, i) => {
      const { link } = run.style;
      if (link === null || runs[i + 1]?.style.link === link) return [run];
      let shown = run.text;
      for (let j = i - 1; runs[j]?.style.link === link; j--) shown = (runs[j]?.text ?? '') + shown;
      return shown === link ? [run] : [run, { text: ` <${link}>`, style: PLAIN }];
    });
  }
}
