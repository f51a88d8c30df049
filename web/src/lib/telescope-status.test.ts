import { expect, it } from 'vitest';
import { concernOf, splitByRun } from './telescope-status.ts';

const operation = (name: string, since: string | null) => ({ agent: 'acu', operation: name, since });

it('separates older operations, and counts one with an unknown start as the run’s own', () => {
  const monitor = operation('monitor', '2026-03-01T20:00:00.000Z');
  const scan = operation('generate_scan', '2026-03-01T22:00:00.500Z');
  const unknown = operation('home', null);
  const status = { agents: [scan, unknown, monitor], problem: null, at: '2026-03-01T22:10:00.000Z' };
  expect(splitByRun(status, '2026-03-01T22:00:00.500Z')).toEqual({ own: [scan, unknown], older: [monitor] });
  expect(splitByRun(status, null)).toEqual({ own: [scan, unknown, monitor], older: [] });
});

it('is an alarm after a failed check, and while an operation of the run is running, but not before the first check', () => {
  const start = '2026-03-01T22:00:00.000Z';
  const seen = { agents: [operation('monitor', '2026-03-01T20:00:00.000Z')], problem: null, at: start };
  expect(concernOf(null, start)).toBe('unknown');
  expect(concernOf(seen, start)).toBe('calm');
  expect(concernOf({ ...seen, agents: [operation('generate_scan', start)] }, start)).toBe('alarm');
  expect(concernOf({ ...seen, problem: 'Telescope status is unavailable.' }, start)).toBe('alarm');
});
