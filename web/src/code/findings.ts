/** Findings in a script, of Ruff and of the server, as one list and as CodeMirror diagnostics. */
import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import { plural } from '../lib/format.ts';
import type { RuffFinding } from './ruff.ts';

export interface Finding {
  severity: string;
  line: number | null;
  code: string;
  message: string;
  /** Where it is; without, the whole line. */
  range?: Pick<RuffFinding, 'start' | 'end'>;
}

/** The findings in a script. */
export interface CheckedScript {
  script: string;
  findings: readonly Finding[];
}

/** The code of a finding that is no problem of the script: why the server did not check it. */
export const NOT_CHECKED = 'NOT_CHECKED';

export function problemsIn(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ code }) => code !== NOT_CHECKED);
}

export function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

/**
 * All findings, by line. The server decides whether a script can be compiled: its error replaces the syntax errors of
 * Ruff, which are warnings otherwise. Both report undefined names; Ruff has their range.
 */
export function mergeFindings(ruff: readonly RuffFinding[], server: readonly Finding[]): Finding[] {
  const cannotStart = server.some(isError);
  const ofRuff = ruff
    .filter(({ code }) => !(cannotStart && isSyntaxError(code)))
    .map(({ code, message, start, end }) => ({
      severity: 'warning',
      line: start.row,
      code: isSyntaxError(code) ? 'Python' : (code ?? 'Ruff'),
      message,
      range: { start, end },
    }));
  const hasNames = ruff.some(({ code }) => code === 'F821');
  const ofServer = hasNames ? server.filter(({ code }) => code !== 'UNDEFINED_NAME') : server;
  return [...ofServer, ...ofRuff].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function isSyntaxError(code: string | null): boolean {
  return code === null || code === 'invalid-syntax';
}

/** `1 error, 2 warnings` */
export function countFindings(findings: readonly Finding[]): string {
  const errors = findings.filter(isError).length;
  const notes = findings.filter(({ severity }) => severity === 'info').length;
  const warnings = findings.length - errors - notes;
  const parts: [number, string][] = [
    [errors, 'error'],
    [warnings, 'warning'],
    [notes, 'note'],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => plural(count, word))
    .join(', ');
}

/** `line 2: Undefined name`; the line is omitted if the message begins with it. */
export function findingText({ line, message }: Finding): string {
  return line && !message.startsWith('line') ? `line ${String(line)}: ${message}` : message;
}

export function toDiagnostics(doc: Text, findings: readonly Finding[]): Diagnostic[] {
  return problemsIn(findings).map(({ severity, line, code, message, range }) => {
    const whole = doc.line(Math.min(Math.max(line ?? 1, 1), doc.lines));
    const from = range ? offset(doc, range.start.row, range.start.column) : whole.from;
    return {
      from,
      to: range ? Math.max(from, offset(doc, range.end.row, range.end.column)) : whole.to,
      severity: severity === 'error' || severity === 'info' ? severity : 'warning',
      source: code,
      message,
    };
  });
}

function offset(doc: Text, row: number, column: number): number {
  const line = doc.line(Math.min(Math.max(row, 1), doc.lines));
  return Math.min(line.from + column - 1, line.to);
}
