import { expect, test } from 'vitest';
import { OPEN_PHASES, PHASES, isFinal } from './phases.ts';

test('the final phases are those that are not open', () => {
  expect(PHASES.filter((phase) => !isFinal(phase))).toEqual(OPEN_PHASES);
});
