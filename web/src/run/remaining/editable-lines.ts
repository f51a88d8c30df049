/** What of a script can still be changed: nothing that has started, except the statement that a failure is held at. */
import type { RunView } from '@sequencer/model/run-view';
import { scriptLines } from '../../lib/script-lines.ts';

/** The first line that may change, from 1; behind the last line when every statement has started. */
export function firstEditableLine(view: Pick<RunView, 'statements' | 'failure'>): number {
  const started = view.statements.findLastIndex((s) => s.state !== 'PENDING');
  const isHeld = view.failure?.awaitingDecision === true && view.failure.statement === started;
  const last = isHeld ? started - 1 : started;
  return (view.statements[last]?.lastLine ?? 0) + 1;
}

/** The first line before `editable` that differs: it has run meanwhile, and cannot be changed any more. */
export function lineThatHasRun(current: string, draft: string, editable: number): number | null {
  const [before, after] = [scriptLines(current), scriptLines(draft)];
  for (let line = 1; line < editable; line++) {
    if (before[line - 1] !== after[line - 1]) return line;
  }
  return null;
}

/** With a newline at its end, so that what is added begins a line. */
export function withNewline(script: string): string {
  return script === '' || script.endsWith('\n') ? script : `${script}\n`;
}
