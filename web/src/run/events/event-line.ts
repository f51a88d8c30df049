/** The line of the script that an event is about. Pure. */
import type { RunEvent } from '@sequencer/model/events';
import type { StatementView } from '@sequencer/model/run-view';
import { SCRIPT } from '../record/source-location.ts';

/** Null if it is about none. */
export function eventLine(event: RunEvent, statements: readonly Pick<StatementView, 'firstLine'>[]): number | null {
  if (event.type === 'prompt') return event.stack.findLast((frame) => frame.file === SCRIPT)?.line ?? null;
  if (event.type === 'logged') return event.file === SCRIPT ? event.line : null;
  if (event.type === 'statement') return statements[event.index]?.firstLine ?? null;
  if (event.type === 'script') return statements[event.firstChanged]?.firstLine ?? null;
  if (event.type !== 'failure' && event.type !== 'decision') return null;
  return event.line ?? (event.statement == null ? null : (statements[event.statement]?.firstLine ?? null));
}
