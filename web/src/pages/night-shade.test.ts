import { expect, it } from 'vitest';
import { nightsBetween } from './night-shade.ts';

const ATACAMA = { latitude: -22.96, longitude: -67.79 };
const text = (time: number) => new Date(time).toISOString().slice(0, 16);
const nights = (from: string, to: string, site = ATACAMA) =>
  nightsBetween(Date.parse(from), Date.parse(to), site).map((night) => [text(night.from), text(night.to)]);
/** Minutes between two times. */
const apart = (a: string | undefined, b: string) =>
  Math.abs(Date.parse(`${String(a)}Z`) - Date.parse(`${b}Z`)) / 60_000;

it('has the night of a site, within minutes of the almanac', () => {
  const [night, ...more] = nights('2026-06-01T12:00:00Z', '2026-06-02T16:00:00Z');
  expect(more).toEqual([]);
  // The sun is above the horizon for 10 h 43 m.
  expect(apart(night?.[0], '2026-06-01T21:51')).toBeLessThan(5);
  expect(apart(night?.[1], '2026-06-02T11:09')).toBeLessThan(5);
});

it('cuts the nights at the ends of the period', () => {
  expect(nights('2026-06-02T00:00:00Z', '2026-06-02T06:00:00Z')).toEqual([['2026-06-02T00:00', '2026-06-02T06:00']]);
  expect(nights('2026-06-01T14:00:00Z', '2026-06-01T18:00:00Z')).toEqual([]);
  expect(nights('2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z')).toHaveLength(2);
});

it.each([180, -180, 0, 170])('has one night a day at the longitude %d', (longitude) => {
  expect(nights('2026-03-01T00:00:00Z', '2026-03-11T00:00:00Z', { latitude: 20, longitude }).length).toBeGreaterThan(9);
  const all = nightsBetween(Date.parse('2026-03-01T00:00:00Z'), Date.parse('2026-03-11T00:00:00Z'), {
    latitude: 20,
    longitude,
  });
  const hours = all.reduce((sum, { from, to }) => sum + (to - from) / 3_600_000, 0);
  expect(hours).toBeGreaterThan(115);
  expect(hours).toBeLessThan(127);
});

it('has a night without end in the polar winter, and none in its summer', () => {
  const pole = { latitude: -85, longitude: 0 };
  expect(nights('2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z', pole)).toEqual([
    ['2026-06-01T00:00', '2026-06-02T00:00'],
  ]);
  expect(nights('2026-12-01T00:00:00Z', '2026-12-02T00:00:00Z', pole)).toEqual([]);
});
