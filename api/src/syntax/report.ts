/** What the process that checks scripts replies, and the findings that are made of it. */
import type { Finding } from '@sequencer/model';

export interface ScriptProblem {
  line: number;
  /** From 1, in characters. */
  column: number;
  message: string;
}

/** How many problems of one kind are reported. */
export const LISTED_PROBLEMS = 20;

export interface ProblemList {
  first: ScriptProblem[];
  more: number;
}

export const NO_PROBLEMS: ProblemList = { first: [], more: 0 };

export interface RuffReport {
  /** The first error; null if the script can be parsed. */
  syntaxError: ScriptProblem | null;
  /** Names that nothing defines. Empty if there is a syntax error. */
  undefinedNames: ProblemList;
  /** Uses of sorunlib that must fail. Empty if there is a syntax error, or if they were not asked for. */
  sorunlib: ProblemList;
}

export function syntaxFindings({ syntaxError }: RuffReport): Finding[] {
  if (!syntaxError) return [];
  const { line, column, message } = syntaxError;
  // As the runner words the errors of Python.
  return [{ severity: 'error', line, column, code: 'SYNTAX_ERROR', message: `line ${String(line)}: ${message}` }];
}

export function warningFindings({ undefinedNames, sorunlib }: RuffReport): Finding[] {
  return [
    ...warnings('UNDEFINED_NAME', undefinedNames, 'uses of undefined names'),
    ...warnings('SORUNLIB', sorunlib, 'problems with calls of sorunlib'),
  ];
}

function warnings(code: string, { first, more }: ProblemList, what: string): Finding[] {
  const found: Finding[] = first.map((problem) => ({ severity: 'warning', code, ...problem }));
  if (more === 0) return found;
  return [...found, { severity: 'warning', line: null, column: null, code, message: `${String(more)} more ${what}.` }];
}
