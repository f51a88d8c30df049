import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  boundedText,
  exactText,
  hasUnseenCharacters,
  isStorable,
  originalData,
  originalText,
  parseStorable,
  searchForm,
  storableData,
  storableText,
} from './text.ts';

/** Any UTF-16 code units, with those that matter often enough to meet. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom('\0', '\uD83D', '\uDE00', '\\', '\\u{', '\\u{0}', '\\u{5c}', '\\u{dcff}', 'u{0}', '}', '0', 'é'),
    ),
  )
  .map((parts) => parts.join(''));

test('every text has a storable form, from which it can be restored', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const stored = storableText(text);
      expect(isStorable(stored)).toBe(true);
      expect(Buffer.from(stored).toString()).toBe(stored);
      expect(originalText(stored)).toBe(text);
    }),
    { numRuns: 5000 },
  );
});

test('NUL and lone surrogates become visible, and other text is unchanged', () => {
  expect(storableText('ERR\0 \uDCFF \uD800x')).toBe('ERR\\u{0} \\u{dcff} \\u{d800}x');
  expect(storableText('literal \\u{0}')).toBe('literal \\u{5c}u{0}');
  for (const text of ['', 'Žofie 李 😀', 'C:\\users\\u', '\\u{1F600}', '\\u0000', 'a\x01\x1b[0m\uFFFE']) {
    expect(storableText(text)).toBe(text);
  }
});

test('data of any shape is made storable and restored, keys included', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), anyText, (value, text) => {
      const data = { [text]: value, list: [text, [text], { deep: { [text]: text } }] };
      expect(originalData(storableData(data))).toEqual(data);
      const strings = JSON.stringify(storableData(data)).matchAll(/"(?:[^"\\]|\\.)*"/g);
      for (const [json] of strings) expect(isStorable(JSON.parse(json) as string)).toBe(true);
    }),
  );
  const prototype = JSON.parse('{"__proto__":"\\u0000"}') as object;
  expect(JSON.stringify(storableData(prototype))).toBe('{"__proto__":"\\\\u{0}"}');
});

test('JSON is parsed to storable data, however its characters are escaped', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(parseStorable(JSON.stringify({ text }))).toEqual({ text: storableText(text) });
      const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
      expect(parseStorable(`["${units.map((unit) => `\\u${unit}`).join('')}"]`)).toEqual([storableText(text)]);
    }),
  );
});

test('text that is cut to a length stays storable', () => {
  fc.assert(
    fc.property(anyText, fc.nat(30), (text, longest) => {
      const cut = boundedText(text, longest);
      expect(cut.length).toBeLessThanOrEqual(longest);
      expect(isStorable(cut)).toBe(true);
    }),
  );
  expect(boundedText('ab😀', 3)).toBe('ab');
});

test('a script keeps its exact text', () => {
  const script = "print('\\u{0}')";
  expect(exactText(storableText(script))).toBe(script);
  expect(exactText(storableText('a\0b'))).toBe('a\\u{0}b');
});

test('data that is nested deeper than calls can be, and a line of 10 MB, are made storable', () => {
  let deep: unknown = '\0';
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  let inner = storableData(deep);
  while (Array.isArray(inner)) inner = inner[0] as unknown;
  expect(inner).toBe('\\u{0}');
  const line = `${'x'.repeat(98)}\0\uDC80`.repeat(100_000);
  expect(originalText(storableText(line))).toBe(line);
});

test('characters that cannot be seen are found', () => {
  const unseen = [
    '\u200B',
    '\u2060',
    '\u00AD',
    '\u2062',
    '\u3164',
    '\u2800',
    '\u115F',
    '\uFFA0',
    '\u{E0041}',
    '\u034F',
  ];
  unseen.push('\u202E', '\u2066', '\0', '\u0007', '\uD800', '\uFE0F', '\u200D', '\uFEFF', '\u180E', '\u2028', '\u061C');
  for (const character of unseen) expect([character, hasUnseenCharacters(`a${character}b`)]).toEqual([character, true]);
});

test('visible text of any script, and emoji sequences, are no unseen characters', () => {
  for (const text of ['Žofie', '李', 'नमस्ते', 'مرحبا', 'é as e\u0301', '😀', '👩‍🔬', '❤️', '👍🏽', '1️⃣', '🏳️‍🌈', 'a b']) {
    expect([text, hasUnseenCharacters(text)]).toEqual([text, false]);
  }
  for (const text of ['👩\u200D', '\u200D👩', 'a\u200Db', '👩\u200B👩', '🏴\u{E0067}\u{E007F}']) {
    expect([text, hasUnseenCharacters(text)]).toEqual([text, true]);
  }
});

test('the search form is the same for composed, decomposed, wide and capital letters', () => {
  for (const text of ['Žofie', 'É', 'Straße', 'STRASSE', 'Ὀδυσσεύς', 'İstanbul', 'ﬁeld', '가']) {
    const form = searchForm(text);
    expect(searchForm(text.normalize('NFD'))).toBe(form);
    expect(searchForm(text.toUpperCase())).toBe(form);
    expect(searchForm(form)).toBe(form);
  }
  expect(searchForm('Straße')).toBe(searchForm('STRASSE'));
});
