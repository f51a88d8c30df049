/**
 * Which lines of a script can still be changed: none that have started, except those of a held statement. A statement that the
 * script is stopped before has not started.
 */
import type { RunView } from '@sequencer/model/run-view';
import { isNext } from '@sequencer/model/statement-time';
import { scriptLines } from '../../lib/script-lines.ts';

/** The first line that may change, from 1; after the last line if every statement has started. */
export function firstEditableLine(view: Pick<RunView, 'statements' | 'failure'>): number {
  const started = view.statements.findLastIndex((s) => s.state !== 'PENDING' && !isNext(s));
  const isHeld = view.failure?.awaitingDecision === true && view.failure.statement === started;
  const last = isHeld ? started - 1 : started;
  return (view.statements[last]?.lastLine ?? 0) + 1;
}

/** The first changed line before `editable`, which has run meanwhile and can no longer change; null if there is none. */
export function lineThatHasRun(current: string, draft: string, editable: number): number | null {
  const [before, after] = [scriptLines(current), scriptLines(draft)];
  for (let line = 1; line < editable; line++) {
    if (before[line - 1] !== after[line - 1]) return line;
  }
  return null;
}

/** Adds a final newline, so that appended text starts on a line of its own. */
export function withNewline(script: string): string {
  return script === '' || script.endsWith('\n') ? script : `${script}\n`;
}
