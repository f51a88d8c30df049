/** The colours that programs write with escape sequences, as pieces of text with a class. */

export interface Piece {
  text: string;
  classes: string;
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
// Built from its code, as a control character in a pattern is easily overlooked.
const ESC = String.fromCharCode(27);
const SEQUENCE = new RegExp(`${ESC}\\[([0-9;:?]*)([A-Za-z])`, 'g');
// eslint-disable-next-line no-control-regex -- Finding them is its purpose.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

interface Style {
  colour: string | null;
  bold: boolean;
}

function apply(style: Style, codes: string): Style {
  let next = { ...style };
  for (const code of (codes || '0').split(';').map(Number)) {
    if (code === 0) next = { colour: null, bold: false };
    else if (code === 1) next.bold = true;
    else if (code === 22) next.bold = false;
    else if (code === 39) next.colour = null;
    else if (code >= 30 && code <= 37) next.colour = COLOURS[code - 30] ?? null;
    else if (code >= 90 && code <= 97) next.colour = COLOURS[code - 90] ?? null;
  }
  return next;
}

/** Control characters are shown as pictures of themselves, so that nothing is hidden. */
function visible(text: string): string {
  return text.replace(CONTROL, (c) => (c === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + c.charCodeAt(0))));
}

export function ansiPieces(line: string): Piece[] {
  const pieces: Piece[] = [];
  let style: Style = { colour: null, bold: false };
  let at = 0;
  const add = (text: string) => {
    if (!text) return;
    const classes = [style.colour ? `ansi-${style.colour}` : '', style.bold ? 'ansi-bold' : ''].join(' ').trim();
    pieces.push({ text: visible(text), classes });
  };
  for (const match of line.matchAll(SEQUENCE)) {
    add(line.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') style = apply(style, match[1] ?? '');
  }
  add(line.slice(at));
  return pieces;
}
