/** Finds, adds and removes breakpoints in a list, and converts them to the input of the API. Pure. */
import type { Breakpoint } from '@sequencer/model/events';
import type { BreakpointInput } from '../../gql/graphql.ts';
import type { SourceLocation } from './source-location.ts';

/** Converts a breakpoint to input with its requested line, so that the reply reports the move again. */
export function breakpointInput(breakpoint: Breakpoint): BreakpointInput {
  const { file, line, requestedLine, condition, hitCount, logMessage, enabled } = breakpoint;
  return { file, line: requestedLine ?? line, condition, hitCount, logMessage, enabled };
}

export function isAt(breakpoint: Breakpoint, { file, line }: SourceLocation): boolean {
  return breakpoint.file === file && (breakpoint.line === line || breakpoint.requestedLine === line);
}

export function plainBreakpoint(location: SourceLocation): Breakpoint {
  return { ...location, condition: null, hitCount: null, logMessage: null, enabled: true };
}

/** Removes the breakpoint at the location, or adds one there. */
export function toggleBreakpoint(all: readonly Breakpoint[], location: SourceLocation): Breakpoint[] {
  const rest = all.filter((b) => !isAt(b, location));
  return rest.length < all.length ? rest : [...all, plainBreakpoint(location)];
}
