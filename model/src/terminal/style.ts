/** Colours and fonts that programs select with `ESC [ … m`, and links of OSC 8. */

export interface TerminalStyle {
  /** A name of the palette, or a CSS colour. */
  readonly colour: string | null;
  readonly background: string | null;
  /** `bold`, `dim`, `italic`, `underline`, `inverse`, `strike`, in this order. */
  readonly fonts: readonly string[];
  readonly link: string | null;
}

export const PLAIN: TerminalStyle = { colour: null, background: null, fonts: [], link: null };

const PALETTE = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const FONTS: Record<number, string> = { 1: 'bold', 2: 'dim', 3: 'italic', 4: 'underline', 7: 'inverse', 9: 'strike' };
/** The codes that reset fonts; 22 resets two. */
const FONT_RESETS: Record<number, readonly string[]> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
};

/** One of the 256 colours: the palette twice, a cube of 6 × 6 × 6, and a grey ramp. */
function indexed(index: number): string | null {
  if (!(index >= 0 && index <= 255)) return null;
  if (index < 16) return PALETTE[index % 8] ?? null;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const level = (n: number) => (n === 0 ? 0 : 55 + n * 40);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}

/** The colour after 38 or 48, and how many numbers it used. With colons, all of them are one parameter. */
function extended(numbers: readonly number[]): [string | null, number] {
  if (numbers[0] === 5) return [indexed(numbers[1] ?? -1), 2];
  if (numbers[0] !== 2) return [null, 0];
  const [red = 0, green = 0, blue = 0] = numbers.slice(1).map((n) => Math.min(255, Math.max(0, n || 0)));
  return [`rgb(${red} ${green} ${blue})`, 4];
}

/** The style after `ESC [ codes m`. */
export function styled(before: TerminalStyle, codes: string): TerminalStyle {
  let { colour, background, fonts } = before;
  const parts = codes.split(';');
  for (let i = 0; i < parts.length; i++) {
    const [code = 0, ...sub] = (parts[i] ?? '').split(':').map(Number);
    if (code === 0) [colour, background, fonts] = [null, null, []];
    else if (code === 38 || code === 48) {
      // 38:2::R:G:B has an empty colour space.
      const inside = sub.length === 5 ? [sub[0] ?? 0, ...sub.slice(2)] : sub;
      const [value, used] = extended(inside.length > 0 ? inside : parts.slice(i + 1).map(Number));
      if (sub.length === 0) i += used;
      if (code === 38) colour = value;
      else background = value;
    } else if (code === 39) colour = null;
    else if (code === 49) background = null;
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) colour = PALETTE[code % 10] ?? null;
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) background = PALETTE[code % 10] ?? null;
    else if (code === 4 && sub[0] === 0) fonts = fonts.filter((font) => font !== 'underline');
    else if (FONTS[code]) fonts = [...new Set([...fonts, FONTS[code]])].sort();
    else if (FONT_RESETS[code]) fonts = fonts.filter((font) => !FONT_RESETS[code]?.includes(font));
  }
  if (!colour && !background && fonts.length === 0 && before.link === null) return PLAIN;
  return { colour, background, fonts, link: before.link };
}

export function linked(style: TerminalStyle, link: string | null): TerminalStyle {
  const next = { ...style, link };
  return isSame(next, PLAIN) ? PLAIN : next;
}

export function isSame(a: TerminalStyle, b: TerminalStyle): boolean {
  if (a === b) return true;
  const alike = a.colour === b.colour && a.background === b.background && a.link === b.link;
  return alike && a.fonts.join() === b.fonts.join();
}
