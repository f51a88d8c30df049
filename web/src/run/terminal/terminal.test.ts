/** Output as a terminal shows it; the reference is xterm.js. */
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputLog, type OutputPiece } from '../record/output-log.ts';
import { piecesOf } from './presentation.ts';

function pieces(texts: readonly string[]): OutputPiece[] {
  const rest = { stream: 'STDOUT', trace: 1, line: 1, at: '2026-11-24T00:00:00Z' } as const;
  return texts.map((text, i) => ({ seq: i + 1, text, ...rest }));
}
function logOf(...texts: string[]): OutputLog {
  const log = new OutputLog();
  log.append(pieces(texts));
  return log;
}
const shown = (...texts: string[]) => logOf(...texts).lines.map((line) => line.text);
const looks = (text: string) =>
  logOf(text).lines.flatMap((line) =>
    piecesOf(line.row.texts).map((p) => [p.text, p.classes, ...Object.values(p.colours)]),
  );

describe('a line that is overwritten', () => {
  it.each([
    ['progress', '\rDownloading 10%\rDownloading 100%\r\x1b[Kdone\n', 'done'],
    ['a carriage return over colour', '\x1b[33mwaiting for the dome ...\x1b[0m\ropen\n', 'opening for the dome ...'],
    ['an erased line', 'abcdef\x1b[2K\rxy\n', 'xy'],
    ['erased to the left', 'abcdef\x1b[3D\x1b[1K\n', '    ef'],
    ['wide characters', '🔭🔭\ra\n', 'a 🔭'],
    ['half of a wide character', '日本\x1b[2Gx\n', ' x本'],
    ['joined emoji', '👩‍🚀|\rab\n', 'ab|'],
    ['a flag', '🇯🇵|\rab\n', 'ab|'],
    ['accents', 'e\u0301t\x1b[Da\n', 'e\u0301a'],
    ['a spinner', 'spin |\b/\b-\b\\\n', 'spin \\'],
    ['the cursor moved', 'abc\x1b[2DX\x1b[5CY\x1b[1G.\n', '.Xc    Y'],
    ['tabs', 'a\tb\rxx\n', 'xx      b'],
    ['inserted and removed characters', 'abcd\x1b[3D\x1b[2@\x1b[4Gx\x1b[2P\n', 'a  x'],
    ['a character set', '\x1b(B\x1b[mplain\x1b(0qx\x1b(B!\n', 'plain─│!'],
    ['a title', '\x1b]0;window title\x07text\n', 'text'],
    ['a title that ends with ST', '\x1b]2;title\x1b\\text\n', 'text'],
    ['other strings', '\x1bPq#0\x1b\\a\x1b_x\x1b\\b\n', 'ab'],
    ['modes', '\x1b[?25la\x1b[?2004h\x1b[>4;1mb\x1b=\n', 'ab'],
    ['the cursor saved', 'ab\x1b7cd\x1b8X\n', 'abXd'],
  ])('%s', (_name, text, line) => {
    expect(shown(text)).toEqual([line]);
  });

  it('moves up and down through lines', () => {
    expect(shown('a 0%\nb 0%\n\x1b[2Aa 100%\n\x1b[Kb done\n')).toEqual(['a 100%', 'b done']);
    expect(shown('one\ntwo\n\x1b[2F\x1b[Jnew\n')).toEqual(['new', '']);
  });

  it('keeps the lines of a cleared screen', () => {
    expect(shown('before\n\x1b[2J\x1b[Hafter\n\x1b[Hagain\n')).toEqual(['before', 'again']);
  });
});

it('shows colours of every kind, across lines', () => {
  expect(looks('\x1b[38;5;1mred\x1b[0m')).toEqual([['red', 'ansi-red']]);
  expect(looks('\x1b[38;5;208mx')).toEqual([['x', 'ansi-rgb', 'rgb(255 135 0)']]);
  expect(looks('\x1b[38;2;30;31;32mby rgb\x1b[m!')).toEqual([
    ['by rgb', 'ansi-rgb', 'rgb(30 31 32)'],
    ['!', ''],
  ]);
  expect(looks('\x1b[38:2::1:2:3mx')).toEqual([['x', 'ansi-rgb', 'rgb(1 2 3)']]);
  expect(looks('\x1b[1;48;5;250;91mx')).toEqual([['x', 'ansi-red ansi-on-rgb ansi-bold', 'rgb(188 188 188)']]);
  expect(looks('\x1b[31mone\ntwo\x1b[39m')).toEqual([
    ['one', 'ansi-red'],
    ['two', 'ansi-red'],
  ]);
});

it('shows a link as text, with its target', () => {
  const link = (target: string, text: string) => `\x1b]8;id=1;${target}\x1b\\${text}\x1b]8;;\x1b\\`;
  expect(shown(`${link('https://example.org', 'a link')}!\n`)).toEqual(['a link <https://example.org>!']);
  expect(shown(link('https://example.org', 'https://example.org'))).toEqual(['https://example.org']);
  expect(shown(link('javascript:alert(1)', 'x'))).toEqual(['x <javascript:alert(1)>']);
});

it('shows control characters and invisible characters', () => {
  expect(looks('a\x00\x07b')).toEqual([['a'], ['␀'], ['␇'], ['b']].map(([text]) => [text, '']));
  expect(looks('a\u202e\u200bb')).toEqual([
    ['a', ''],
    ['U+202E', 'invisible-character'],
    ['U+200B', 'invisible-character'],
    ['b', ''],
  ]);
  expect(looks('👩‍🚀 ☃️')).toEqual([['👩‍🚀 ☃️', '']]);
});

it('shows text after a sequence without an end', () => {
  expect(shown('a\x1b]0;no end\nb\n')).toEqual(['a\x1b]0;no end', 'b']);
  expect(OutputLog.textOf(pieces(['a\x1b[3']))).toEqual(['a\x1b[3\n']);
  expect(shown(`a\x1b]${'x'.repeat(5000)}`)[0]).toHaveLength(4000);
});

it('continues colours and lines of an older page in newer text', () => {
  const all = pieces(['\x1b[31mred ', 'still red\r', 'S\nnext\n']);
  const log = new OutputLog();
  log.append(all.slice(2));
  log.prepend({ pieces: all.slice(0, 2), hasMore: false });
  expect(log.lines.map((l) => [l.text, piecesOf(l.row.texts)[0]?.classes])).toEqual([
    ['Sed still red', 'ansi-red'],
    ['next', 'ansi-red'],
  ]);
});

it('formats the download as the terminal shows it, with long lines in full', () => {
  const long = 'x'.repeat(10_000);
  expect(OutputLog.textOf(pieces([`10%\r100%\n\x1b[1m${long}\x1b[0m\n`, 'no end']))).toEqual([
    '100%\n',
    `${long}\n`,
    'no end\n',
  ]);
});

const SAFE = ['a', 'bc', '日', ' ', '\r', '\n', '\b', '\t', '\x1b[31m', '\x1b[m', '\x1b[K', '\x1b[1K', '\x1b[2K'];
const MOVES = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G', 'X'));
const token = fc.oneof(
  fc.constantFrom(...SAFE),
  MOVES.map(([n, final]) => `\x1b[${n === 0 ? '' : n}${final}`),
);
const program = fc.array(token, { maxLength: 40 });

it('shows what xterm.js shows', async () => {
  await fc.assert(
    fc.asyncProperty(program, async (tokens) => {
      const terminal = new xterm.Terminal({ cols: 200, rows: 50, convertEol: true, allowProposedApi: true });
      const text = tokens.join('');
      await new Promise<void>((resolve) => {
        terminal.write(text, resolve);
      });
      const lines = Array.from({ length: terminal.buffer.active.length }, (_, i) =>
        (terminal.buffer.active.getLine(i)?.translateToString(true) ?? '').trimEnd(),
      );
      terminal.dispose();
      const whole = (list: string[]) => list.join('\n').trimEnd();
      expect(whole(shown(text).map((line) => line.trimEnd()))).toBe(whole(lines));
    }),
    { numRuns: 200 },
  );
});

it('does not depend on where the text is split into chunks', () => {
  const any = fc.oneof(
    token,
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('🔭', '👩‍🚀', '\x1b]8;;u\x1b\\', '\x1b]', '\x1b', '\x07', '\x1b(0', 'e\u0301', '\x1b[38;5;9m'),
  );
  const look = (log: OutputLog) => log.lines.map((line) => [line.text, piecesOf(line.row.texts)]);
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), fc.array(fc.nat(200), { maxLength: 8 }), (tokens, cuts) => {
      const text = tokens.join('');
      const at = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
      const chunks = at.slice(1).map((end, i) => text.slice(at[i], end));
      expect(OutputLog.textOf(pieces(chunks))).toEqual(OutputLog.textOf(pieces([text])));
      expect(look(logOf(...chunks))).toEqual(look(logOf(text)));
    }),
    { numRuns: 200 },
  );
});
