/** The breakpoints of one file as marks of the gutter. */
import type { Breakpoint } from '@sequencer/model/events';
import type { BreakpointKind, BreakpointMark } from '../../code/breakpoint-gutter.ts';
import type { SourceLocation } from '../data/source-location.ts';
import { kindOf, noteText, whenText } from './breakpoint-text.ts';

const WORDS: Record<BreakpointKind, string> = {
  plain: 'Breakpoint',
  conditional: 'Breakpoint with a condition',
  log: 'Log point',
  off: 'Breakpoint, disabled',
  problem: 'Breakpoint that cannot stop anything',
  pending: 'Breakpoint, not confirmed yet',
};

/** The marks of one file: what is accepted, and hollow what was only asked for. */
export function marksOf(
  file: string,
  accepted: readonly Breakpoint[],
  asked: readonly SourceLocation[] = [],
): BreakpointMark[] {
  const marks = accepted.flatMap((b) => {
    if (b.file !== file) return [];
    const kind = kindOf(b);
    const title = [WORDS[kind], whenText(b), noteText(b)].filter(Boolean).join('. ');
    return [{ line: b.line, kind, title }];
  });
  const known = new Set(marks.map((m) => m.line));
  const pending = asked.filter((p) => p.file === file && !known.has(p.line));
  return [...marks, ...pending.map(({ line }) => ({ line, kind: 'pending' as const, title: WORDS.pending }))];
}
