import { expect, it } from 'vitest';
import { leftOf, spansOf, ticksOf } from './timeline-scale.ts';

const time = (s: number) => new Date(1_800_000_000_000 + s * 1000).toISOString();
const ms = (s: number) => 1_800_000_000_000 + s * 1000;
const ran = (from: number, to: number | null) => ({ startedAt: time(from), finishedAt: to === null ? null : time(to) });
const waits = { startedAt: null, finishedAt: null };

it('gives what ran its share of the time, and what did not equal shares of the rest', () => {
  const spans = spansOf([ran(0, 30), ran(30, null), waits, waits], ms(60));
  expect(spans.map((span) => span.width)).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(spans.map((span) => span.left)).toEqual([0, 0.25, 0.5, 0.75]);
});

it('lets none vanish', () => {
  const spans = spansOf([ran(0, 0), ran(0, 3600)], ms(3600));
  expect(spans[0]?.width).toBeGreaterThan(0.002);
  expect(spans.reduce((sum, span) => sum + span.width, 0)).toBeCloseTo(1);
});

it('finds where a moment lies', () => {
  const statements = [ran(0, 10), ran(10, 30)];
  const spans = spansOf(statements, ms(30));
  expect(leftOf(ms(20), statements, spans, ms(30))).toBeCloseTo(2 / 3);
  expect(leftOf(ms(-1), statements, spans, ms(30))).toBeNull();
  expect(leftOf(ms(31), statements, spans, ms(30))).toBeNull();
});

it('labels round times, and none over another', () => {
  const statements = [ran(0, 3600), ran(3600, 7200), waits];
  const ticks = ticksOf(statements, spansOf(statements, ms(7200)), ms(7200));
  expect(ticks.length).toBeGreaterThan(2);
  expect(ticks.every(({ at }) => at % 1_800_000 === 0)).toBe(true);
  for (const [i, tick] of ticks.entries()) {
    if (i > 0) expect(tick.left - (ticks[i - 1]?.left ?? 0)).toBeGreaterThanOrEqual(0.07);
  }
  expect(ticksOf([waits], spansOf([waits], 0), 0)).toEqual([]);
});
