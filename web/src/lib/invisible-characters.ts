/**
 * Characters that are invisible or reorder the text around them: control characters, zero-width and
 * bidirectional formatting characters. They are shown as pictures (␀) or by number (U+202E).
 */
const NAMES: Record<string, string> = {
  '\u00ad': 'soft hyphen',
  '\u061c': 'Arabic letter mark',
  '\u200b': 'zero width space',
  '\u200c': 'zero width non-joiner',
  '\u200d': 'zero width joiner',
  '\u200e': 'left-to-right mark',
  '\u200f': 'right-to-left mark',
  '\u202a': 'left-to-right embedding',
  '\u202b': 'right-to-left embedding',
  '\u202c': 'pop directional formatting',
  '\u202d': 'left-to-right override',
  '\u202e': 'right-to-left override',
  '\u2060': 'word joiner',
  '\u2066': 'left-to-right isolate',
  '\u2067': 'right-to-left isolate',
  '\u2068': 'first strong isolate',
  '\u2069': 'pop directional isolate',
  '\ufeff': 'byte order mark',
};

// Joiners and variation selectors are visible in the emoji that they form.
const INVISIBLE =
  /(?!\t|\n|(?<=\p{Emoji})[\ufe0e\ufe0f]|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic}))[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu;

/** For CodeMirror, which needs its own RegExp. */
export const invisiblePattern = (): RegExp => new RegExp(INVISIBLE.source, 'gu');

/** `␀`, `U+202E`. */
export function characterMark(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** `U+202E right-to-left override`. */
export function characterName(character: string): string {
  const name = NAMES[character];
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return name === undefined ? `${code} invisible character` : `${code} ${name}`;
}

export interface TextPart {
  text: string;
  /** The mark that is shown instead; null for visible text. */
  mark: string | null;
}

/** Splits text into visible parts and invisible characters. */
export function splitInvisible(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index), mark: null });
    parts.push({ text: match[0], mark: characterMark(match[0]) });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), mark: null });
  return parts;
}

/** The text with each invisible character replaced by its mark in brackets. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const mark = characterMark(character);
    return mark.length === 1 ? mark : `[${mark}]`;
  });
}
