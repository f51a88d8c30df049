import { expect, it } from 'vitest';
import { rungs } from './stop-rungs.ts';

const at = '2026-11-24T07:00:00Z';
const t0 = Date.parse(at);
const states = (levels: ('REQUEST' | 'INTERRUPT' | 'TERMINATE')[], now = t0) =>
  rungs(
    levels.map((level) => ({ level, by: 'm.olsen', at })),
    now,
  ).map((rung) => rung.state);

it('offers everything but Kill at first', () => {
  expect(states([])).toEqual(['offered', 'offered', 'offered', 'later']);
});

it('does not go down the ladder', () => {
  expect(states(['INTERRUPT'])).toEqual(['later', 'sent', 'offered', 'later']);
});

it('offers Kill a while after Terminate, and not before', () => {
  expect(states(['TERMINATE'], t0 + 9000)[3]).toBe('later');
  expect(states(['TERMINATE'], t0 + 10_000)[3]).toBe('offered');
});

it('lets only the gentle stop be taken back', () => {
  const [request] = rungs([{ level: 'REQUEST', by: 'x', at }], t0);
  expect(request?.canTakeBack).toBe(true);
  const higher = rungs(
    [
      { level: 'REQUEST', by: 'x', at },
      { level: 'INTERRUPT', by: 'x', at },
    ],
    t0,
  );
  expect(higher.some((rung) => rung.canTakeBack)).toBe(false);
});
