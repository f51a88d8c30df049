/** Breakpoints in words, and as they are asked for. Pure. */
import type { Breakpoint } from '@sequencer/model/events';
import type { BreakpointKind } from '../../code/breakpoint-gutter.ts';
import type { BreakpointInput } from '../../gql/graphql.ts';
import type { Place } from '../data/source-location.ts';

/** When it stops: `every time`, `if az > 180`, `at hit 3`, `logs az={az}`. */
export function whenText({ condition, hitCount, logMessage }: Breakpoint): string {
  const when = [condition ? `if ${condition}` : '', hitCount ? `at hit ${String(hitCount)}` : ''].filter(Boolean);
  if (logMessage) return ['logs', logMessage, ...when].join(' ');
  return when.length === 0 ? 'every time' : when.join(', ');
}

/** Why it is not where, or not what, was asked for. */
export function noteText({ requestedLine, movedFrom, line, problem }: Breakpoint): string | null {
  if (problem) return problem;
  if (movedFrom != null && movedFrom !== line) return `Moved from line ${String(movedFrom)} with its statement.`;
  if (requestedLine == null || requestedLine === line) return null;
  return `Line ${String(requestedLine)} has no code: it is at line ${String(line)}.`;
}

export function kindOf({ enabled, problem, condition, hitCount, logMessage }: Breakpoint): BreakpointKind {
  if (problem) return 'problem';
  if (!enabled) return 'off';
  if (logMessage) return 'log';
  return condition || hitCount ? 'conditional' : 'plain';
}

/** As it is sent: at the line that was asked for, so that the answer says again that it was moved. */
export function asInput(breakpoint: Breakpoint): BreakpointInput {
  const { file, line, requestedLine, condition, hitCount, logMessage, enabled } = breakpoint;
  return { file, line: requestedLine ?? line, condition, hitCount, logMessage, enabled };
}

export function isAt(breakpoint: Breakpoint, { file, line }: Place): boolean {
  return breakpoint.file === file && (breakpoint.line === line || breakpoint.requestedLine === line);
}

export function plain(place: Place): Breakpoint {
  return { ...place, condition: null, hitCount: null, logMessage: null, enabled: true };
}

/** Without the one at the place, or with a new one there. */
export function toggled(all: readonly Breakpoint[], place: Place): Breakpoint[] {
  const rest = all.filter((b) => !isAt(b, place));
  return rest.length < all.length ? rest : [...all, plain(place)];
}
