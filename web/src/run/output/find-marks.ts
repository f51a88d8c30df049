/** Marks a text in a line as it is shown. */
import { searchForm } from '@sequencer/model/text';
import type { Piece } from '../terminal/presentation.ts';

/** Splits the pieces at the occurrences of the text, which get the class `found`. */
export function markFound(pieces: readonly Piece[], text: string): Piece[] {
  const find = searchForm(text);
  const whole = pieces.map((piece) => piece.text).join('');
  const words = searchForm(whole);
  // Where the search form has another length, its positions are not those of the line.
  if (find === '' || words.length !== whole.length || !words.includes(find)) return [...pieces];
  const cuts: number[] = [];
  for (let i = words.indexOf(find); i >= 0; i = words.indexOf(find, i + find.length)) cuts.push(i, i + find.length);
  const marked: Piece[] = [];
  let at = 0;
  let cut = 0;
  for (const piece of pieces) {
    const end = at + piece.text.length;
    for (let from = at; from < end;) {
      while ((cuts[cut] ?? Infinity) <= from) cut += 1;
      const to = Math.min(end, cuts[cut] ?? end);
      const classes = cut % 2 === 1 ? `${piece.classes} found`.trim() : piece.classes;
      marked.push({ ...piece, text: whole.slice(from, to), classes });
      from = to;
    }
    at = end;
  }
  return marked;
}
