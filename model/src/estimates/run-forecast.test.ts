import { expect, it } from 'vitest';
import { forecastRun, type ForecastStatement } from './run-forecast.ts';
import type { EstimatedPart } from './script-estimate.ts';

const START = Date.parse('2026-06-01T22:00:00Z');
const at = (minutes: number) => START + minutes * 60_000;
const time = (minutes: number) => new Date(at(minutes)).toISOString();
const takes = (minutes: number): EstimatedPart => ({
  wait: null,
  typical: { typicalSeconds: minutes * 60, lowSeconds: minutes * 30, highSeconds: minutes * 90, basis: 4 },
});
const UNKNOWN: EstimatedPart = { wait: null, typical: null };
const until = (minutes: number): EstimatedPart => ({ wait: { until: at(minutes), leastMs: 0 }, typical: null });
const NO_PAUSE = { pausedMs: 0, pausedSince: null };
const done = (firstLine: number, from: number, to: number): ForecastStatement => ({
  ...{ firstLine, state: 'DONE', startedAt: time(from), finishedAt: time(to) },
  ...NO_PAUSE,
});
const running = (firstLine: number, from: number): ForecastStatement => ({
  ...{ firstLine, state: 'RUNNING', startedAt: time(from), finishedAt: null },
  ...NO_PAUSE,
});
const pending = (firstLine: number): ForecastStatement => ({
  ...{ firstLine, state: 'PENDING', startedAt: null, finishedAt: null },
  ...NO_PAUSE,
});
const skipped = (firstLine: number): ForecastStatement => ({ ...pending(firstLine), state: 'SKIPPED' });

function forecast(now: number, ...rows: [ForecastStatement, EstimatedPart][]) {
  const { end, behindMs, regained } = forecastRun(
    rows.map(([statement]) => statement),
    rows.map(([, part]) => part),
    START,
    at(now),
  );
  const minutes = (ms: number) => (ms - START) / 60_000;
  return {
    end: end === null ? null : minutes(end),
    behind: behindMs === null ? null : behindMs / 60_000,
    regained: regained && [minutes(regained.at), regained.line],
  };
}

it('is on plan while the statements take their usual time', () => {
  expect(forecast(15, [done(1, 0, 10), takes(10)], [running(2, 10), takes(10)], [pending(3), takes(5)])).toEqual({
    end: 25,
    behind: 0,
    regained: null,
  });
});

it('is behind after a slow statement, and stays so without a wait', () => {
  expect(forecast(15, [done(1, 0, 13), takes(10)], [running(2, 13), takes(10)])).toEqual({
    end: 23,
    behind: 3,
    regained: null,
  });
});

it('regains the time at the first wait that is reached early enough, and names its line', () => {
  const rows: [ForecastStatement, EstimatedPart][] = [
    [done(1, 0, 14), takes(10)],
    [running(2, 14), takes(10)],
    [pending(3), until(22)],
    [pending(4), takes(5)],
    [pending(5), until(40)],
    [pending(6), takes(5)],
  ];
  expect(forecast(15, ...rows)).toEqual({ end: 45, behind: 4, regained: [40, 5] });
});

it('grows while the running statement takes longer than usual', () => {
  const rows: [ForecastStatement, EstimatedPart][] = [[running(1, 0), takes(10)]];
  expect(forecast(5, ...rows).behind).toBe(0);
  expect(forecast(17, ...rows)).toEqual({ end: 17, behind: 7, regained: null });
});

it('is ahead after a fast statement, and with skipped ones it is on plan', () => {
  expect(forecast(6, [done(1, 0, 5), takes(10)], [running(2, 5), takes(10)]).behind).toBe(-5);
  expect(forecast(6, [skipped(1), takes(10)], [running(2, 0), takes(10)]).behind).toBe(0);
});

it('counts the pauses of an operator as time behind', () => {
  const paused = { ...running(1, 0), pausedMs: 4 * 60_000 };
  expect(forecast(8, [paused, takes(10)]).behind).toBe(4);
});

it('counts a statement without a record with the time that it took', () => {
  expect(forecast(20, [done(1, 0, 18), UNKNOWN], [running(2, 18), takes(10)]).behind).toBe(0);
});

it('is unknown after a statement whose time is unknown, until a wait', () => {
  const rows: [ForecastStatement, EstimatedPart][] = [
    [running(1, 0), UNKNOWN],
    [pending(2), takes(5)],
  ];
  expect(forecast(3, ...rows)).toEqual({ end: null, behind: null, regained: null });
  expect(forecast(3, ...rows, [pending(3), until(60)])).toMatchObject({ end: 60, behind: null });
});

it('is unknown after the last statement', () => {
  expect(forecast(3, [done(1, 0, 3), takes(5)])).toEqual({ end: null, behind: null, regained: null });
});

it('has the usual time of the running statement', () => {
  const usual = (statement: ForecastStatement) => forecastRun([statement], [takes(10)], START, at(1)).usual;
  expect(usual(running(1, 0))).toMatchObject({ typicalSeconds: 600, basis: 4 });
  expect(usual(pending(1))).toBeNull();
});
