/** What the process of Ruff replies, and the findings that are made of it. */
import type { Finding } from '@sequencer/model';

/** The first message of the process: it has loaded Ruff. */
export const READY = 'ready';

export interface RuffProblem {
  line: number;
  /** From 1, in characters. */
  column: number;
  message: string;
}

export interface RuffReport {
  /** The first error; null if the script can be parsed. */
  syntaxError: RuffProblem | null;
  /** The first names that nothing defines. Empty if there is a syntax error. */
  undefinedNames: RuffProblem[];
  moreUndefinedNames: number;
}

export function syntaxFindings({ syntaxError }: RuffReport): Finding[] {
  if (!syntaxError) return [];
  const { line, column, message } = syntaxError;
  // As the runner words the errors of Python.
  return [{ severity: 'error', line, column, code: 'SYNTAX_ERROR', message: `line ${String(line)}: ${message}` }];
}

export function undefinedNameFindings({ undefinedNames, moreUndefinedNames }: RuffReport): Finding[] {
  const found: Finding[] = undefinedNames.map((problem) => ({
    severity: 'warning',
    code: 'UNDEFINED_NAME',
    ...problem,
  }));
  if (moreUndefinedNames === 0) return found;
  const message = `${String(moreUndefinedNames)} more uses of undefined names.`;
  return [...found, { severity: 'warning', line: null, column: null, code: 'UNDEFINED_NAME', message }];
}
