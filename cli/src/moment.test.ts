import { expect, it } from 'vitest';
import { readMoment } from './moment.ts';

const NOW = new Date('2026-06-01T22:10:00Z');

it.each([
  ['22:11', '2026-06-01T22:11:00.000Z'],
  ['22:10', '2026-06-02T22:10:00.000Z'],
  ['05:00', '2026-06-02T05:00:00.000Z'],
  ['2026-06-01T05:00', '2026-06-01T05:00:00.000Z'],
  ['2026-06-01 05:00:30', '2026-06-01T05:00:30.000Z'],
  ['2026-06-01T05:00+02:00', '2026-06-01T03:00:00.000Z'],
])('reads %j', (text, moment) => {
  expect(readMoment(text, NOW)).toBe(moment);
});

it.each(['', '24:00', '5:00', 'tomorrow', '2026-06-01', '2026-13-01T05:00Z', '1'])('refuses %j', (text) => {
  expect(() => readMoment(text, NOW)).toThrow(`"${text}" is not a time.`);
});
