import { expect, it } from 'vitest';
import { TimelineWindow, barsOf, plannedBarsOf, type PlannedRun, type TimelineRun } from './timeline-bars.ts';

const NOW = Date.parse('2026-11-21T07:04:31Z');
const MINUTE = 60_000;
const window = new TimelineWindow(NOW);
const ago = (minutes: number) => new Date(NOW - minutes * MINUTE).toISOString();

function run(number: number, from: number, to: number | null, phase: TimelineRun['phase'] = 'SUCCEEDED'): TimelineRun {
  return { id: String(number), number, phase, startedAt: ago(from), finishedAt: to === null ? null : ago(to) };
}
const bars = (...runs: TimelineRun[]) => barsOf('satp1', runs, window);

it('places a run between its start and its end', () => {
  const [bar] = bars(run(7, 120, 60));
  expect(bar).toMatchObject({ text: '7', to: { path: '/runs/7' } });
  expect(bar?.label).toBe('Run 7, Succeeded, from 05:04:31 UTC, 1 h 00 m');
  expect(bar?.width).toBeCloseTo(100 / 14.5);
  expect(bar?.right).toBeCloseTo(100 - window.percent(NOW - 60 * MINUTE));
});

it('draws an active run up to now, also one that started before the window, or has just started', () => {
  const [days, starting] = [bars(run(1, 3 * 24 * 60, null, 'PAUSED'))[0], bars(run(2, -0.1, null, 'RUNNING'))[0]];
  expect(days?.width).toBeCloseTo(window.percent(NOW));
  expect(days?.label).toContain('3 d 0 h');
  // It began after the last update of the window.
  expect(starting?.width).toBe(0);
  expect(starting?.right).toBeLessThan(100 - window.percent(NOW));
});

it('leaves out runs that never started, and those that ended before the window', () => {
  expect(bars(run(1, 16 * 60, 15 * 60), { ...run(2, 0, null, 'STARTING'), startedAt: null })).toEqual([]);
  // A lost run of an earlier version has no end.
  expect(bars(run(3, 60, null, 'LOST'))[0]?.width).toBe(0);
});

it('draws short runs that follow each other as one bar, which is not green if one of them failed', () => {
  const short = [run(1, 60, 59), run(2, 58.5, 57, 'FAILED'), run(3, 56, 55)];
  const [group, later, ...others] = bars(...short, run(4, 30, 29));
  expect(group).toMatchObject({ text: '3 runs', to: { path: '/history', query: { telescope: 'satp1' } } });
  expect(group?.label).toBe('3 runs, 2 Succeeded, 1 Failed, from 06:04:31 to 06:09:31 UTC');
  expect(group?.display.word).toBe('Failed');
  expect([later?.text, others]).toEqual(['4', []]);
});

it('keeps a long run and an active run as bars of their own', () => {
  expect(
    bars(run(1, 60, 59), run(2, 58, 20), run(3, 19, 18), run(4, 1, null, 'RUNNING')).map((bar) => bar.text),
  ).toEqual(['1', '2', '3', '4']);
});

it('draws planned runs after now, and widens the window for them', () => {
  const planned: PlannedRun[] = [
    { id: 'a', number: 8, start: NOW - 60 * MINUTE, end: NOW + 30 * MINUTE },
    { id: 'b', number: 9, start: NOW + 30 * MINUTE, end: NOW + 150 * MINUTE },
    { id: 'c', number: 10, start: NOW + 150 * MINUTE, end: null },
  ];
  const wide = new TimelineWindow(NOW, planned);
  expect(wide.end).toBe(NOW + 180 * MINUTE);
  const [rest, next, unknown] = plannedBarsOf(planned, wide);
  expect(rest).toMatchObject({ text: '8', label: 'Run 8, planned from ~07:04 UTC, ~30 m 00 s' });
  expect(rest?.width).toBeCloseTo(100 / (2 * 17));
  expect(next?.width).toBeCloseTo(200 / 17);
  expect(next?.right).toBeCloseTo(50 / 17);
  expect(unknown).toMatchObject({ text: '10, time unknown' });
  expect(unknown?.right).toBeCloseTo(0);
});

it('leaves out planned runs after ten hours, and an active run that is late', () => {
  const planned: PlannedRun[] = [
    { id: 'a', number: 8, start: NOW - 60 * MINUTE, end: NOW - MINUTE },
    { id: 'b', number: 9, start: NOW, end: NOW + 20 * 60 * MINUTE },
    { id: 'c', number: 10, start: NOW + 20 * 60 * MINUTE, end: null },
  ];
  const wide = new TimelineWindow(NOW, planned);
  expect(wide.end).toBe(NOW + 600 * MINUTE);
  expect(plannedBarsOf(planned, wide).map(({ text, right }) => [text, right])).toEqual([['9', 0]]);
});
