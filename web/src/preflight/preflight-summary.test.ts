import type { PreflightCheck } from '@sequencer/model/preflight/checks';
import { expect, it } from 'vitest';
import { browserClockCheck, inOrder, summaryOf } from './preflight-summary.ts';

const checks = (...marks: PreflightCheck['mark'][]): PreflightCheck[] =>
  marks.map((mark, index) => ({ name: String(index), mark, text: '' }));

it.each<[PreflightCheck[], string]>([
  [checks('OK', 'OK'), '2 ok'],
  [checks('OK', 'UNKNOWN', 'OK'), '1 not checked'],
  [checks('UNKNOWN', 'WARNING'), '1 warning'],
  [checks('WARNING', 'WARNING', 'UNKNOWN'), '2 warnings'],
  [checks('WARNING', 'BLOCKED'), '1 blocked'],
])('summarizes %j as %s', (all, text) => {
  expect(summaryOf(all).text).toBe(text);
});

it('lists those that need a decision first, and keeps the order of the others', () => {
  expect(inOrder(checks('OK', 'WARNING', 'UNKNOWN', 'BLOCKED', 'OK')).map(({ name }) => name)).toEqual([
    ...['3', '1', '2', '0', '4'],
  ]);
});

it('compares the clock of the browser with that of the API', () => {
  expect(browserClockCheck(400).mark).toBe('OK');
  expect(browserClockCheck(-29_000).mark).toBe('OK');
  expect(browserClockCheck(90_000).text).toMatch(/^It is 90 s behind the API\./);
  expect(browserClockCheck(-90_000).text).toMatch(/^It is 90 s ahead of the API\./);
});
