import { expect, it } from 'vitest';
import { sentence } from './action-text.ts';

const by = 'm.olsen';

it('tells a command in a few words, and why one was refused', () => {
  expect(sentence({ name: 'pause', by, ok: true, detail: 'Every trace stops at its next line.' })).toBe('paused');
  expect(sentence({ name: 'step', by, ok: true, detail: 'Trace 1 steps out.' })).toBe('Trace 1 steps out.');
  expect(sentence({ name: 'pause', by, ok: false, detail: 'The run is stopping.' })).toBe(
    'pause refused: The run is stopping.',
  );
});
