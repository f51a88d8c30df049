import { describe, expect, it } from 'vitest';
import { overdueText, receipt, rungs } from './stop-rungs.ts';

const at = '2026-11-24T07:00:00Z';
const t0 = Date.parse(at);
type Level = 'REQUEST' | 'INTERRUPT' | 'TERMINATE' | 'KILL';
const sent = (level: Level, seconds: number | null = 30) => ({
  level,
  by: 'm.olsen',
  at,
  requestedAt: null,
  deadline: seconds === null ? null : new Date(t0 + seconds * 1000).toISOString(),
  escalate: false,
});
const states = (levels: Level[], now = t0) =>
  rungs(
    levels.map((level) => sent(level)),
    now,
  ).map((rung) => rung.state);

describe('the ladder', () => {
  it('offers Terminate behind a confirmation at first, and does not offer Kill', () => {
    expect(states([])).toEqual(['offered', 'offered', 'early', 'later']);
  });

  it('offers no rung below the one that was sent', () => {
    expect(states(['INTERRUPT'])).toEqual(['unused', 'sent', 'early', 'later']);
  });

  it('arms the next rung at the deadline, and counts down to it', () => {
    expect(rungs([sent('INTERRUPT')], t0 + 10_000)[2]).toMatchObject({ state: 'early', armedIn: 20_000 });
    expect(rungs([sent('INTERRUPT')], t0 + 30_000)[2]).toMatchObject({ state: 'offered', armedIn: null });
    expect(states(['TERMINATE'], t0 + 29_999)[3]).toBe('later');
    expect(states(['TERMINATE'], t0 + 30_000)[3]).toBe('offered');
  });

  it('arms Kill after 10 s if there is no deadline', () => {
    expect(rungs([sent('TERMINATE', null)], t0 + 9999)[3]?.state).toBe('later');
    expect(rungs([sent('TERMINATE', null)], t0 + 10_000)[3]?.state).toBe('offered');
  });

  it('lets only the stop after the statement be cancelled', () => {
    expect(rungs([sent('REQUEST')], t0)[0]?.canCancel).toBe(true);
    expect(rungs([sent('REQUEST'), sent('INTERRUPT')], t0).some((rung) => rung.canCancel)).toBe(false);
  });
});

it('is confirmed by the record, with the time it took if the clocks allow', () => {
  const stop = { by: 'root', at: '2026-11-24T07:00:00.136Z' };
  expect(receipt({ ...stop, requestedAt: at })).toBe('sent 07:00:00 UTC by root · received by the runner after 136 ms');
  expect(receipt({ ...stop, requestedAt: '2026-11-24T07:00:01Z' })).toBe(
    'sent 07:00:01 UTC by root · received by the runner',
  );
  expect(receipt({ ...stop, requestedAt: null })).toBe('sent 07:00:00 UTC by root · received by the runner');
});

it('warns when the script has not reacted by the deadline', () => {
  expect(overdueText([sent('REQUEST')], t0 + 99_000)).toBeNull();
  expect(overdueText([sent('INTERRUPT')], t0 + 29_000)).toBeNull();
  expect(overdueText([sent('INTERRUPT')], t0 + 31_000)).toBe('The script has not reacted to Interrupt for 31 s.');
});
