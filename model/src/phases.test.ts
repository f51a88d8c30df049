import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { FINAL_PHASES, OPEN_PHASES, PHASES, canMove, isFinal, letsQueueContinue } from './phases.ts';

describe('phases', () => {
  test('a final phase never changes', () => {
    for (const from of FINAL_PHASES) {
      for (const to of PHASES) expect(canMove(from, to)).toBe(from === to);
    }
  });

  test('from every open phase an end can be reached, and nothing goes back to QUEUED once it runs', () => {
    for (const from of OPEN_PHASES) expect(FINAL_PHASES.some((to) => canMove(from, to))).toBe(true);
    for (const from of ['RUNNING', 'PAUSED', 'STOPPING'] as const) {
      expect(canMove(from, 'QUEUED')).toBe(false);
      expect(canMove(from, 'STARTING')).toBe(false);
      expect(canMove(from, 'CANCELLED')).toBe(false);
    }
  });

  test('any walk along allowed moves stays where it is once it is final', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PHASES)), (wishes) => {
        let phase: (typeof PHASES)[number] = 'QUEUED';
        let end: string | null = null;
        for (const wish of wishes) {
          if (canMove(phase, wish)) phase = wish;
          if (end !== null) expect(phase).toBe(end);
          if (isFinal(phase)) end ??= phase;
        }
      }),
    );
  });

  test('only a success or a cancelled run lets the queue go on by itself', () => {
    expect(FINAL_PHASES.filter(letsQueueContinue)).toEqual(['SUCCEEDED', 'CANCELLED']);
  });
});
