/** Terminal width of characters in columns, and which characters share a cell. */
import { eastAsianWidth } from 'get-east-asian-width';

const ZERO = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;
const SHOWN_FORMAT = /[\u00ad\u0600-\u0605\u06dd\u070f]/u;
const PICTURE = /\p{Extended_Pictographic}/u;
const MODIFIER = /\p{Emoji_Modifier}/u;

/** Only characters of one column that never join: the common case. */
const SIMPLE =
  /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2200-\u22ff\u2500-\u25fc]*$/;

const known = new Map<string, 0 | 1 | 2>();

export function widthOf(character: string): 0 | 1 | 2 {
  let width = known.get(character);
  if (width === undefined) {
    const isZero = ZERO.test(character) && !SHOWN_FORMAT.test(character);
    width = isZero ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0);
    known.set(character, width);
  }
  return width;
}

/** Width of a text in columns; null if one of its characters may join the previous one. */
export function columnsOf(text: string): number | null {
  if (SIMPLE.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    const width = MODIFIER.test(character) ? 0 : widthOf(character);
    if (width === 0) return null;
    columns += width;
  }
  return columns;
}

/** Whether a character belongs in the previous cell: accents, joined emoji, skin tones. */
export function joins(before: string, next: string): boolean {
  if (before === '') return false;
  if (widthOf(next) === 0) return true;
  if (before.endsWith('\u200d') && PICTURE.test(next)) return PICTURE.test(before);
  return MODIFIER.test(next) && PICTURE.test(before);
}
