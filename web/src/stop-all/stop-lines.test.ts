import { expect, it } from 'vitest';
import type { SequencerSummary } from '../api/sequencers.ts';
import { outcomeOf, stopLines } from './stop-lines.ts';

const run = (id: string, stops = 0) => ({ id, stops: Array.from({ length: stops }, () => ({ at: '' })) });
const telescope = (name: string, activeRun: object | null, lastRun: object | null = null) =>
  ({ name, activeRun, lastRun }) as unknown as SequencerSummary;

it('has a line for each active run', () => {
  const lines = stopLines([telescope('satp1', run('a', 1)), telescope('satp2', null), telescope('lat', run('b'))]);
  expect(lines.map((line) => [line.telescope, line.run.id, line.stopsBefore])).toEqual([
    ['satp1', 'a', 1],
    ['lat', 'b', 0],
  ]);
});

it.each([
  [telescope('satp1', run('a', 1)), 'INTERRUPT', true, 'Sending …'],
  [telescope('satp1', run('a', 2)), 'INTERRUPT', true, 'Received'],
  [telescope('satp1', run('a', 1)), 'INTERRUPT', false, 'Not received'],
  [telescope('satp1', run('a', 1)), null, false, 'Continues'],
  [telescope('satp1', null, { id: 'a', phase: 'INTERRUPTED' }), 'INTERRUPT', false, 'Interrupted'],
  [telescope('satp1', run('next'), { id: 'other', phase: 'FAILED' }), 'INTERRUPT', false, 'Ended'],
] as const)('shows the result of a line: %#', (now, level, isPending, text) => {
  const [line] = stopLines([telescope('satp1', run('a', 1))]);
  expect(line && outcomeOf(line, level, [now], isPending)).toBe(text);
});
