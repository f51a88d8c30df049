import { describe, expect, test } from 'vitest';
import type { SequencerStatus } from '@sequencer/model/kubernetes/sequencer';
import { modeFaults, startFaults, type OffPeriod } from './off-periods.ts';

const period: OffPeriod = { telescope: 'one', since: 100, generation: 7, activeRun: 'before' };

describe('the mode of a telescope that is off', () => {
  const faults = (status: Partial<SequencerStatus>) => modeFaults(period, { status: status });
  const before = { name: 'one-1', uid: 'before' };

  test('is Off, and the run that was active may continue', () => {
    expect(faults({ observedGeneration: 7, mode: 'Off', activeRun: before })).toEqual([]);
    expect(faults({ observedGeneration: 9, mode: 'Off' })).toEqual([]);
  });

  test('may be an earlier one until an operator has read the request', () => {
    expect(faults({ observedGeneration: 6, mode: 'Queue' })).toEqual([]);
  });

  test('is a fault if it is another one, or if another run was claimed', () => {
    expect(faults({ observedGeneration: 8, mode: 'Queue' })).toEqual([
      'one: the mode was Queue in version 8, but a person had set Off in 7',
    ]);
    const next = { name: 'one-2', uid: 'next' };
    expect(faults({ observedGeneration: 6, mode: 'Queue', activeRun: next })).toEqual([
      'one: one-2 was claimed, but a person had set Off',
    ]);
  });
});

describe('a script', () => {
  const start = { telescope: 'one', run: 'one-2', uid: 'next' } as const;

  test('may begin before and after the period, on another telescope, or in the active run', () => {
    const ended = { ...period, until: 110 };
    for (const begun of [99, 111]) expect(startFaults([ended], { ...start, begun })).toEqual([]);
    expect(startFaults([period], { ...start, telescope: 'two', begun: 105 })).toEqual([]);
    expect(startFaults([period], { ...start, uid: 'before', begun: 105 })).toEqual([]);
  });

  test('is a fault if it begins in the period', () => {
    const fault = ['one: one-2 began at 105, but a person had set Off at 100'];
    expect(startFaults([{ ...period, until: 110 }], { ...start, begun: 105 })).toEqual(fault);
    expect(startFaults([period], { ...start, begun: 105 })).toEqual(fault);
  });
});
