import { expect, test } from 'vitest';
import { FINAL_PHASES, OPEN_PHASES, PHASES, isFinal, letsQueueContinue } from './phases.ts';

test('the final phases are those that are not open', () => {
  expect(PHASES.filter((phase) => !isFinal(phase))).toEqual(OPEN_PHASES);
});

test('the queue continues automatically after SUCCEEDED and CANCELLED only', () => {
  expect(FINAL_PHASES.filter(letsQueueContinue)).toEqual(['SUCCEEDED', 'CANCELLED']);
});
