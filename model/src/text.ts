/**
 * Text that PostgreSQL, a page and UTF-8 can hold. Scripts, devices and other programs may send U+0000 and lone surrogates,
 * which are no text there.
 *
 * Contract: `storableText` writes such a character as `\u{0}` or `\u{dcff}`: visible, and in ASCII. So that no other text
 * reads like one of these, the backslash of a text that does is written as `\u{5c}`. All other text is unchanged.
 * `originalText(storableText(text)) === text` for every text. Apply it once, where the text enters.
 */
const UNSTORABLE =
  /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|\\(?=u\{(?:0|5c|d[89a-f][0-9a-f]{2})\})/g;
const STORED = /\\u\{(0|5c|d[89a-f][0-9a-f]{2})\}/g;

export function storableText(text: string): string {
  return text.replace(UNSTORABLE, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** The text as it was before `storableText`. */
export function originalText(stored: string): string {
  return stored.replace(STORED, (_escape, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** The original text where it can be held as it is, as of every script; else the storable form. */
export function exactText(stored: string): string {
  const original = originalText(stored);
  return isStorable(original) ? original : stored;
}

/** Of text that was made storable where it entered: changed only if something is wrong with it after all. */
export function ensureStorable(text: string): string {
  return isStorable(text) ? text : storableText(text);
}

/** Cuts the text to at most `longest` UTF-16 code units, without splitting a character. The result is storable. */
export function boundedText(text: string, longest: number): string {
  return ensureStorable(text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')).slice(0, longest);
}

/** Whether PostgreSQL and UTF-8 can hold the text as it is. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** A copy of JSON data with `storableText` applied to every string and key in it; the data itself if nothing changes. */
export function storableData<T>(data: T): T {
  return mapText(data, storableText) as T;
}

/** Inverse of `storableData`. */
export function originalData<T>(data: T): T {
  return mapText(data, originalText) as T;
}

/** What JSON.parse makes of the text, with `storableData` applied. Throws SyntaxError. */
export function parseStorable(json: string): unknown {
  const data: unknown = JSON.parse(json);
  return MAY_CHANGE.test(json) ? storableData(data) : data;
}

/** In JSON: an escaped NUL or surrogate, or a text like one of the escapes here. */
const MAY_CHANGE = /\\u(?:0000|d[89a-f])|\\\\u\{|\\u005c/i;

/** With a stack of its own: data of other programs may be nested deeper than calls can be. */
function mapText(data: unknown, change: (text: string) => string): unknown {
  if (typeof data === 'string') return change(data);
  if (!isContainer(data)) return data;
  const root: { copy: unknown } = { copy: null };
  const todo: { from: object; put: (copy: unknown) => void }[] = [{ from: data, put: (copy) => (root.copy = copy) }];
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { from, put } = next;
    const copy: unknown[] | Record<string, unknown> = Array.isArray(from) ? [] : {};
    put(copy);
    for (const [key, value] of Object.entries(from) as [string, unknown][]) {
      const own = Array.isArray(copy) ? key : change(key);
      const set = (it: unknown): void => {
        // As JSON.parse does: `__proto__` is a key like any other.
        Object.defineProperty(copy, own, { value: it, writable: true, enumerable: true, configurable: true });
      };
      if (typeof value === 'string') set(change(value));
      else if (isContainer(value)) todo.push({ from: value, put: set });
      else set(value);
    }
  }
  return root.copy;
}

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Whether a name or title holds characters that a reader cannot see, or that change the order in which others are shown:
 * control and format characters, fillers, tag characters. In an emoji sequence the joiner and the variation selector are
 * allowed, as they join what can be seen.
 */
export function hasUnseenCharacters(text: string): boolean {
  const rest = text.replace(EMOJI_SEQUENCE, '');
  return UNSEEN.test(rest) || !isStorable(text);
}

/** One of these. U+2800 is a braille pattern without dots, U+3164 and U+FFA0 are fillers of Hangul. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u3164\uFFA0]/u;
const EMOJI = String.raw`\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?`;
const EMOJI_SEQUENCE = new RegExp(String.raw`${EMOJI}(?:\u200D${EMOJI})*|[0-9#*]\uFE0F\u20E3`, 'gu');

/** The form in which words are stored for search and in which a search looks for them. */
export function searchForm(text: string): string {
  // Twice, as a case mapping may compose or split characters: ß is SS in capitals.
  return text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}
