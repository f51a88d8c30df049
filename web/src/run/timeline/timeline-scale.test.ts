import { NO_TIMES } from '@sequencer/model/statement-time';
import { expect, it } from 'vitest';
import { barsOf, indexAt, positionOf, spansOf, ticksOf } from './timeline-scale.ts';

const time = (s: number) => new Date(1_800_000_000_000 + s * 1000).toISOString();
const ms = (s: number) => 1_800_000_000_000 + s * 1000;
const ran = (from: number, to: number | null, pausedMs = 0) => ({
  ...{ startedAt: time(from), finishedAt: to === null ? null : time(to) },
  ...{ pausedMs, pausedSince: null },
});
const pending = NO_TIMES;

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

it('makes the span of a statement shorter by its pauses, and still finds every time in it', () => {
  const statements = [ran(0, 10), ran(10, 40, 20_000)];
  const spans = spansOf(statements, ms(40));
  expect(spans.map((span) => span.width)).toEqual([0.5, 0.5]);
  expect(positionOf(ms(25), statements, spans, ms(40))).toBeCloseTo(0.75);
  expect(positionOf(ms(40), statements, spans, ms(40))).toBeCloseTo(1);
});

it('leaves most of the axis to the time when there are many statements', () => {
  const many = Array.from({ length: 999 }, () => ran(0, 0));
  const spans = spansOf([...many, ran(0, 3600)], ms(3600));
  expect(spans.at(-1)?.width).toBeGreaterThan(0.7);
});

it('draws adjacent narrow statements of the same state as one bar', () => {
  const spans = [0.01, 0.01, 0.01, 0.5, 0.01, 0.01, 0.45].map((width, i, all) => ({
    left: all.slice(0, i).reduce((sum, w) => sum + w, 0),
    width,
  }));
  const bars = barsOf(spans, ['D', 'D', 'F', 'D', 'D', 'D', 'P'], 0.02);
  expect(bars.map(({ first, last, state }) => [first, last, state])).toEqual([
    [0, 1, 'D'],
    [2, 2, 'F'],
    [3, 3, 'D'],
    [4, 5, 'D'],
    [6, 6, 'P'],
  ]);
  expect(bars.reduce((sum, bar) => sum + bar.width, 0)).toBeCloseTo(1);
  expect(indexAt(0.005, spans)).toBe(0);
  expect(indexAt(0.025, spans)).toBe(2);
  expect(indexAt(1, spans)).toBe(6);
});

it.each([
  ['hours', 1, 1280],
  ['hours', 1, 370],
  ['seconds', 1 / 1000, 672],
  ['seconds', 1 / 1000, 370],
])('places ticks at round times, and labels of %s (scale %d) do not overlap on %d px', (_unit, scale, width) => {
  const statements = [ran(1, 3600 * scale), ran(3600 * scale, 7200 * scale), pending];
  const now = ms(7200 * scale);
  const ticks = ticksOf(statements, spansOf(statements, now), now, width);
  expect(ticks.length).toBeGreaterThan(1);
  const label = ticks.every(({ at }) => at % 60_000 === 0) ? 40 : 62;
  const begins = ticks.map(({ left }) => Math.max(0, Math.min(width - label, left * width - label / 2)));
  for (const [i, begin] of begins.slice(1).entries()) expect(begin - (begins[i] ?? 0)).toBeGreaterThan(label);
  expect(ticks.every(({ at }) => at % (scale === 1 ? 1_800_000 : 1000) === 0)).toBe(true);
  expect(ticksOf([pending], spansOf([pending], 0), 0, width)).toEqual([]);
});
