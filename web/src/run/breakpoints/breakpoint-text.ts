/** Describes breakpoints in words. Pure. */
import type { Breakpoint } from '@sequencer/model/events';
import type { BreakpointKind } from '../../code/breakpoint-gutter.ts';

/** When the breakpoint stops: `every time`, `if az > 180`, `at hit 3`, `logs az={az}`. */
export function whenText({ condition, hitCount, logMessage }: Breakpoint): string {
  const when = [condition ? `if ${condition}` : '', hitCount ? `at hit ${String(hitCount)}` : ''].filter(Boolean);
  if (logMessage) return ['logs', logMessage, ...when].join(' ');
  return when.length === 0 ? 'every time' : when.join(', ');
}

/** Why the breakpoint is on another line than requested, or has no effect; null if neither. */
export function noteText({ requestedLine, movedFrom, line, problem }: Breakpoint): string | null {
  if (problem) return problem;
  if (movedFrom != null && movedFrom !== line) return `Moved from line ${String(movedFrom)} with its statement.`;
  if (requestedLine == null || requestedLine === line) return null;
  return `Line ${String(requestedLine)} has no code. Moved to line ${String(line)}.`;
}

export function kindOf({ enabled, problem, condition, hitCount, logMessage }: Breakpoint): BreakpointKind {
  if (problem) return 'problem';
  if (!enabled) return 'off';
  if (logMessage) return 'log';
  return condition || hitCount ? 'conditional' : 'plain';
}
