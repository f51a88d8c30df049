import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SHORTCUTS, keyText } from './shortcuts.ts';

const LISTED = new Set(Object.values(SHORTCUTS).flatMap(({ keys }): readonly string[] => keys));
/** The names of keys in Vue templates. */
const IN_TEMPLATES: Record<string, string> = {
  enter: 'Enter',
  esc: 'Escape',
  up: 'ArrowUp',
  down: 'ArrowDown',
  left: 'ArrowLeft',
  right: 'ArrowRight',
  end: 'End',
  home: 'Home',
};
const source = join(import.meta.dirname, '..');
const files = globSync('**/*.{vue,ts}', { cwd: source, exclude: ['**/*.test.ts', 'gql/**'] });

it('lists every key that a component binds', () => {
  const bound = files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    const inTemplate = [...text.matchAll(/@keydown\.(\w+)/g)].map(([, key = '']) => IN_TEMPLATES[key] ?? key);
    const inCode = [...text.matchAll(/\bkey === '([^']+)'/g)].map(([, key = '']) => key);
    const inMaps = [...text.matchAll(/\b(Arrow\w+|Home|End|PageUp|PageDown|F\d+): /g)].map(([, key = '']) => key);
    const inEditors = [...text.matchAll(/\{ key: '([^']+)', (?:mac|run|shift)/g)].map(([, key = '']) =>
      key.replace('Mod-', 'Ctrl+'),
    );
    return [...inTemplate, ...inCode, ...inMaps, ...inEditors]
      .filter((key) => !LISTED.has(key))
      .map((key) => `${file}: ${key}`);
  });
  expect(bound).toEqual([]);
});

it('binds page-wide keys only in useKeys, which reads the table', () => {
  const listening = files.filter((file) =>
    /(window|document)\S*,? ?['"]key/.test(readFileSync(join(source, file), 'utf8')),
  );
  expect(listening).toEqual(['lib/keys.ts']);
});

it('formats keys for the shortcuts dialog', () => {
  expect(keyText({ keys: ['Ctrl+k'] })).toBe('Ctrl K');
  expect(keyText({ keys: ['Shift+F11'] })).toBe('Shift F11');
  expect(keyText({ keys: ['F8', 'F5'] })).toBe('F8 or F5');
  expect(keyText({ keys: ['ArrowLeft', 'ArrowRight'] })).toBe('← →');
  expect(keyText({ keys: ['Shift+Tab'] })).toBe('Shift Tab');
});
