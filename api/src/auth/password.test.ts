import { expect, it } from 'vitest';
import { passwordProblem } from './password.ts';

it.each([
  ['ten spaces', ' '.repeat(10), 'vera'],
  ['spaces of other kinds', '\u00a0\u3000\u2003\t'.repeat(4), 'vera'],
  ['invisible characters', '\u200b\u2060\u00ad\u3164'.repeat(4), 'vera'],
  ['one character, repeated', 'aaaaaaaaaaaa', 'vera'],
  ['one emoji, repeated', '\u{1F600}'.repeat(6), 'vera'],
  ['few characters in turn', '1212121212', 'vera'],
  ['the name', 'administrator', 'administrator'],
  ['the name in capitals with spaces', ' ADMINI STRATOR ', 'administrator'],
  ['the name in wide letters', '\uff41dministrator', 'administrator'],
  ['the name, repeated', 'veraveravera', 'vera'],
  ['the name with a little more', 'veravera12!', 'vera'],
  ['too few characters', 'short', 'vera'],
])('rejects %s as a password', (_what, password, name) => {
  expect(passwordProblem(password, name)).not.toBeNull();
});

it.each([
  'correct horse battery staple',
  'vera likes 12 cats',
  '\u5929\u6587\u53f0\u306e\u5408\u8a00\u8449\u306f\u79d8\u5bc6\u3067\u3059',
])('accepts %s', (password) => {
  expect(passwordProblem(password, 'vera')).toBeNull();
});
