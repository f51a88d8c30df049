import fc from 'fast-check';
import { expect, it } from 'vitest';
import { estimateScript, type EstimatedPart } from './script-estimate.ts';

const START = Date.parse('2026-06-01T22:00:00Z');
const takes = (seconds: number): EstimatedPart => ({
  wait: null,
  typical: { typicalSeconds: seconds, lowSeconds: seconds / 2, highSeconds: seconds * 2, basis: 3 },
});
const UNKNOWN: EstimatedPart = { wait: null, typical: null };
/** @param after seconds from the start */
const until = (after: number, leastSeconds = 0): EstimatedPart => ({
  wait: { until: START + after * 1000, leastMs: leastSeconds * 1000 },
  typical: null,
});
const estimate = (...parts: EstimatedPart[]) => {
  const { endsAt, unknown, parts: all } = estimateScript(parts, START);
  return [all.map((part) => part.typicalSeconds), endsAt === null ? null : (endsAt - START) / 1000, unknown];
};

it.each([
  ['adds what is known', [takes(10), takes(5)], [[10, 5], 15, 0]],
  ['is unknown with an unknown part', [takes(10), UNKNOWN, takes(5)], [[10, null, 5], null, 1]],
  ['ends at an absolute time', [takes(10), until(60), takes(5)], [[10, 50, 5], 65, 0]],
  [
    'ends at an absolute time whatever came before',
    [takes(10), UNKNOWN, until(60), takes(5)],
    [[10, null, null, 5], 65, 0],
  ],
  ['takes nothing for a time in the past', [until(-60), takes(10)], [[0, 10], 10, 0]],
  ['takes nothing for a time that has passed meanwhile', [takes(100), until(60), takes(5)], [[100, 0, 5], 105, 0]],
  ['stays unknown at a time that has passed meanwhile', [UNKNOWN, takes(100), until(60)], [[null, 100, 0], null, 1]],
  ['takes nothing if less than the least time is left', [takes(55), until(60, 10), takes(5)], [[55, 0, 5], 60, 0]],
  ['takes nothing without statements', [], [[], 0, 0]],
])('%s', (_, parts, expected) => {
  expect(estimate(...parts)).toEqual(expected);
});

it('leaves out what the running statement has used', () => {
  const running = { ...takes(10), elapsedMs: 4000 };
  expect(estimate(running, takes(5))).toEqual([[10, 5], 11, 0]);
  expect(estimate({ ...running, elapsedMs: 60_000 }, takes(5))).toEqual([[10, 5], 5, 0]);
});

const part = fc.oneof(
  fc.integer({ min: 0, max: 100 }).map(takes),
  fc.constant(UNKNOWN),
  fc.integer({ min: -100, max: 1000 }).map((after) => until(after)),
);

it('never ends before the start or before a time it waits for, and is null with unknown parts only', () => {
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const { endsAt, unknown } = estimateScript(parts, START);
      expect(endsAt === null).toBe(unknown > 0);
      const waits = parts.flatMap(({ wait }) => wait?.until ?? []);
      if (endsAt !== null) expect(endsAt).toBeGreaterThanOrEqual(Math.max(START, ...waits));
    }),
  );
});

it('does not depend on the order of the parts before a wait that is reached', () => {
  fc.assert(
    fc.property(fc.array(part.filter(({ wait }) => wait === null)), (parts) => {
      const last = until(1_000_000);
      const forth = estimateScript([...parts, last], START).endsAt;
      expect(estimateScript([...parts.toReversed(), last], START).endsAt).toBe(forth);
      expect(forth).toBe(last.wait?.until);
    }),
  );
});
