/** Gutter marks and their tooltips for the breakpoints of one file. */
import type { Breakpoint } from '@sequencer/model/events';
import type { BreakpointKind, BreakpointMark } from '../../code/breakpoint-gutter.ts';
import type { SourceLocation } from '../record/source-location.ts';
import { kindOf, noteText, whenText } from './breakpoint-text.ts';

const TITLES: Record<BreakpointKind, string> = {
  plain: 'Breakpoint',
  conditional: 'Breakpoint with a condition',
  log: 'Log point',
  off: 'Disabled breakpoint',
  problem: 'Breakpoint without effect',
  pending: 'Breakpoint, not confirmed yet',
};

/** The marks of one file: accepted breakpoints, and hollow marks for those not confirmed yet. */
export function marksOf(
  file: string,
  accepted: readonly Breakpoint[],
  requested: readonly SourceLocation[] = [],
): BreakpointMark[] {
  const marks = accepted.flatMap((b) => {
    if (b.file !== file) return [];
    const kind = kindOf(b);
    const title = [TITLES[kind], whenText(b), noteText(b)].filter(Boolean).join('. ');
    return [{ line: b.line, kind, title }];
  });
  const known = new Set(marks.map((m) => m.line));
  const pending = requested.filter((p) => p.file === file && !known.has(p.line));
  return [...marks, ...pending.map(({ line }) => ({ line, kind: 'pending' as const, title: TITLES.pending }))];
}
