import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WindowTimers } from './window-timers.ts';

const DAY = 86_400_000;
let woken: string[];
let timers: WindowTimers;
beforeEach(() => {
  vi.useFakeTimers();
  woken = [];
  timers = new WindowTimers((sequencer) => woken.push(sequencer));
});
afterEach(() => {
  timers.close();
  vi.useRealTimers();
});
const inMs = (ms: number) => new Date(Date.now() + ms);

test('wakes a sequencer once, at its time', () => {
  timers.set('satp1', inMs(90_000));
  vi.advanceTimersByTime(89_999);
  expect(woken).toEqual([]);
  vi.advanceTimersByTime(DAY);
  expect(woken).toEqual(['satp1']);
});

test('has one time for each sequencer: the last that was set', () => {
  timers.set('satp1', inMs(1000));
  timers.set('lat', inMs(3000));
  timers.set('satp1', inMs(5000));
  vi.advanceTimersByTime(4000);
  expect(woken).toEqual(['lat']);
  timers.set('satp1', null);
  vi.advanceTimersByTime(DAY);
  expect(woken).toEqual(['lat']);
  expect(vi.getTimerCount()).toBe(0);
});

test('waits longer than the limit of setTimeout, 24.8 days', () => {
  timers.set('satp1', inMs(40 * DAY));
  vi.advanceTimersByTime(40 * DAY - 1);
  expect(woken).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(woken).toEqual(['satp1']);
});

test('notices within a minute that the clock was set forward', () => {
  timers.set('satp1', inMs(DAY));
  vi.setSystemTime(Date.now() + 2 * DAY);
  vi.advanceTimersByTime(60_000);
  expect(woken).toEqual(['satp1']);
});

test('does not wake too early after the clock was set back', () => {
  timers.set('satp1', inMs(1000));
  vi.setSystemTime(Date.now() - 10 * 60_000);
  vi.advanceTimersByTime(10 * 60_000);
  expect(woken).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(woken).toEqual(['satp1']);
});
