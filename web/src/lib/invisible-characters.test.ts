import { expect, it } from 'vitest';
import { characterName, splitInvisible, visible } from './invisible-characters.ts';

it('shows invisible characters by their number', () => {
  expect(visible('"user\u202e \u2066# check\u2069 \u2066"')).toBe('"user[U+202E] [U+2066]# check[U+2069] [U+2066]"');
  expect(visible('\u202etxt.exe')).toBe('[U+202E]txt.exe');
  expect(visible('a\u200bb\u2060c\u00add\u3164e\u{e0041}f\u2800g\u180eh\u115fi')).toBe(
    'a[U+200B]b[U+2060]c[U+00AD]d[U+3164]e[U+E0041]f[U+2800]g[U+180E]h[U+115F]i',
  );
  expect(visible('a\0b\u001bc\u007fd\u0085e\u2028f')).toBe('a␀b␛c␡d[U+0085]e[U+2028]f');
  expect(visible('a\ufe0fb\u200dc')).toBe('a[U+FE0F]b[U+200D]c');
});

it('keeps text of every language, emoji, tabs and line ends', () => {
  const text = 'Žofie 李 日本語 עברית العربية हिन्दी 👩‍🚀 👋🏽 ☃️ 🏳️‍🌈 é\te\u0301\n';
  expect(visible(text)).toBe(text);
  expect(splitInvisible(text)).toEqual([{ text, mark: null }]);
});

it('names invisible characters', () => {
  expect(characterName('\u202e')).toBe('U+202E right-to-left override');
  expect(characterName('\u3164')).toBe('U+3164 invisible character');
});
