import { expect, it } from 'vitest';
import { positionOf, spansOf, ticksOf } from './timeline-scale.ts';

const time = (s: number) => new Date(1_800_000_000_000 + s * 1000).toISOString();
const ms = (s: number) => 1_800_000_000_000 + s * 1000;
const ran = (from: number, to: number | null) => ({ startedAt: time(from), finishedAt: to === null ? null : time(to) });
const pending = { startedAt: null, finishedAt: null };

it('gives statements that ran a share by time, and the others equal shares of the rest', () => {
  const spans = spansOf([ran(0, 30), ran(30, null), pending, pending], ms(60));
  expect(spans.map((span) => span.width)).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(spans.map((span) => span.left)).toEqual([0, 0.25, 0.5, 0.75]);
});

it('gives each statement a minimum width', () => {
  const spans = spansOf([ran(0, 0), ran(0, 3600)], ms(3600));
  expect(spans[0]?.width).toBeGreaterThan(0.002);
  expect(spans.reduce((sum, span) => sum + span.width, 0)).toBeCloseTo(1);
});

it('finds the position of a time', () => {
  const statements = [ran(0, 10), ran(10, 30)];
  const spans = spansOf(statements, ms(30));
  expect(positionOf(ms(20), statements, spans, ms(30))).toBeCloseTo(2 / 3);
  expect(positionOf(ms(-1), statements, spans, ms(30))).toBeNull();
  expect(positionOf(ms(31), statements, spans, ms(30))).toBeNull();
});

it('places ticks at round times without overlap', () => {
  const statements = [ran(0, 3600), ran(3600, 7200), pending];
  const ticks = ticksOf(statements, spansOf(statements, ms(7200)), ms(7200));
  expect(ticks.length).toBeGreaterThan(2);
  expect(ticks.every(({ at }) => at % 1_800_000 === 0)).toBe(true);
  for (const [i, tick] of ticks.entries()) {
    if (i > 0) expect(tick.left - (ticks[i - 1]?.left ?? 0)).toBeGreaterThanOrEqual(0.07);
  }
  expect(ticksOf([pending], spansOf([pending], 0), 0)).toEqual([]);
});
