import { expect, it } from 'vitest';
import { isInterruption } from './interruption.ts';

it('separates an interruption from a failure', () => {
  expect(['KeyboardInterrupt', 'asyncio.exceptions.CancelledError'].map(isInterruption)).toEqual([true, true]);
  expect(isInterruption('ValueError')).toBe(false);
});
