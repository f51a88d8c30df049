import { describe, expect, it } from 'vitest';
import { breakpointInput, plainBreakpoint, toggleBreakpoint } from '../record/breakpoint-list.ts';
import { kindOf, noteText, whenText } from './breakpoint-text.ts';

const at = (line: number) => plainBreakpoint({ file: '<script>', line });

describe('a breakpoint in words', () => {
  it.each([
    [{}, 'every time', 'plain'],
    [{ condition: 'az > 180' }, 'if az > 180', 'conditional'],
    [{ condition: 'az > 180', hitCount: 3 }, 'if az > 180, at hit 3', 'conditional'],
    [{ logMessage: 'az={az}' }, 'logs az={az}', 'log'],
    [{ enabled: false }, 'every time', 'off'],
    [{ problem: 'There is no code at or after line 9.' }, 'every time', 'problem'],
  ])('%j', (part, when, kind) => {
    expect(whenText({ ...at(1), ...part })).toBe(when);
    expect(kindOf({ ...at(1), ...part })).toBe(kind);
  });

  it('reports a move, and requests the original line again', () => {
    const moved = { ...at(3), requestedLine: 2 };
    expect(noteText(moved)).toBe('Line 2 has no code. Moved to line 3.');
    expect(noteText(at(3))).toBeNull();
    expect(breakpointInput(moved).line).toBe(2);
  });

  it('shows the line before the script was replaced, and requests the new line', () => {
    const moved = { ...at(7), movedFrom: 5 };
    expect(noteText(moved)).toBe('Moved from line 5 with its statement.');
    expect(breakpointInput(moved).line).toBe(7);
  });
});

it('is removed by a toggle at its requested line or at its actual line', () => {
  const moved = { ...at(3), requestedLine: 2 };
  expect(toggleBreakpoint([moved], { file: '<script>', line: 2 })).toEqual([]);
  expect(toggleBreakpoint([moved], { file: '<script>', line: 3 })).toEqual([]);
  expect(toggleBreakpoint([moved], { file: '/lib/acu.py', line: 3 })).toHaveLength(2);
});
