/** How the page shows text of a terminal: its colours and fonts, and marks for invisible characters. */
import type { StyledText } from '@sequencer/model/terminal/row';
import type { TerminalStyle } from '@sequencer/model/terminal/style';
import { splitInvisible } from '../../lib/invisible-characters.ts';

/** A piece of a line as it is shown. */
export interface Piece {
  text: string;
  classes: string;
  colours: Record<string, string>;
}

const FONTS = ['bold', 'dim', 'italic', 'underline', 'inverse', 'strike'].map((font) => `ansi-${font}`);

export function piecesOf(texts: readonly StyledText[]): Piece[] {
  return texts.flatMap(({ text, style }) => {
    const { classes, colours } = presentationOf(style);
    return splitInvisible(text).map((part) => ({
      text: part.mark ?? part.text,
      classes: part.mark !== null && part.mark.length > 1 ? `${classes} invisible-character`.trim() : classes,
      colours,
    }));
  });
}

/** CSS classes of base.css, and custom properties for colours without a class. */
function presentationOf({ colour, background, fonts, link }: TerminalStyle): {
  classes: string;
  colours: Record<string, string>;
} {
  const classes = fonts.map((font) => `ansi-${font}`);
  const colours: Record<string, string> = {};
  const add = (value: string | null, prefix: string, variable: string) => {
    if (value === null) return;
    if (value.startsWith('rgb')) {
      classes.push(`${prefix}rgb`);
      colours[variable] = value;
    } else classes.push(`${prefix}${value}`);
  };
  add(colour, 'ansi-', '--ansi-rgb');
  add(background, 'ansi-on-', '--ansi-on-rgb');
  if (link !== null) classes.push('ansi-link');
  // Colours before fonts, for a stable order.
  return { classes: classes.toSorted((a, b) => fontRank(a) - fontRank(b)).join(' '), colours };
}

function fontRank(name: string): number {
  return FONTS.includes(name) ? 1 : 0;
}
