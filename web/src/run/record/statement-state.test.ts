import { expect, it } from 'vitest';
import { shownState } from './statement-state.ts';

const failure = (exception: string) => ({ exception, statement: 2 });

it('separates a statement that a stop cut off from one that failed', () => {
  const last = { index: 2, state: 'FAILED' } as const;
  const shown = (outcome: 'FAILED' | 'INTERRUPTED' | 'KILLED' | 'LOST' | null, exception?: string) =>
    shownState(last, { outcome, statement: 2, failure: exception ? failure(exception) : null });
  expect(shown('INTERRUPTED', 'KeyboardInterrupt')).toBe('CUT');
  expect(shown('KILLED')).toBe('CUT');
  expect(shown('LOST')).toBe('CUT');
  expect(shown('FAILED', 'ValueError')).toBe('FAILED');
  expect(shown(null, 'ValueError')).toBe('FAILED');
  // It failed, and the run was killed while it was held.
  expect(shown('KILLED', 'ValueError')).toBe('FAILED');
});

it('keeps the state of all other statements', () => {
  const view = { outcome: 'INTERRUPTED', statement: 2, failure: null } as const;
  for (const state of ['DONE', 'FAILED', 'SKIPPED'] as const) expect(shownState({ index: 1, state }, view)).toBe(state);
  expect(shownState({ index: 2, state: 'DONE' }, view)).toBe('DONE');
});
