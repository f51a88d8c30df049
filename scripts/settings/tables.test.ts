import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SHAPES, tables, withTables } from './tables.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');

describe.each(Object.entries(SHAPES))('the settings of %s', (name, shape) => {
  const rows = tables()[name] ?? [];

  test('have examples that are valid', () => {
    const invalid = rows.filter((row) => !shape[row.name]?.safeParse(row.example).success);
    expect(invalid).toEqual([]);
  });

  test('have defaults that are valid', () => {
    expect(rows.filter((row) => row.default !== undefined && row.unset === 'required')).toEqual([]);
  });
});

test('docs/configuration.md has the current tables', () => {
  expect(withTables(page, tables())).toBe(page);
});

test('keeps the text around a table', () => {
  const around = 'before\n<!-- settings: mail -->\nold\n<!-- end of settings -->\nafter\n';
  const mail = [{ name: 'HOURS', description: 'the pause, a | b', default: '6', unit: 'hours', example: '12' }];
  expect(withTables(around, { mail })).toBe(
    [
      'before',
      '<!-- settings: mail -->',
      '',
      '| variable | meaning | default | example |',
      '| --- | --- | --- | --- |',
      '| `HOURS` | the pause, a \\| b | `6` hours | `12` |',
      '',
      '<!-- end of settings -->',
      'after\n',
    ].join('\n'),
  );
});

test('refuses a page without the marker of a table', () => {
  expect(() => withTables('text', { mail: [] })).toThrow('settings: mail');
});
