/** Findings of Ruff and of the server as CodeMirror diagnostics. */
import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { RuffFinding } from './ruff.ts';

export interface ServerFinding {
  severity: string;
  line: number | null;
  code: string;
  message: string;
}

function offset(doc: Text, row: number, column: number): number {
  const line = doc.line(Math.min(Math.max(row, 1), doc.lines));
  return Math.min(line.from + column - 1, line.to);
}

function isSyntaxError({ code }: RuffFinding): boolean {
  return code === null || code === 'invalid-syntax';
}

/** Ruff's warnings. Its syntax errors are left out: the server decides whether a script can be compiled. */
export function ruffWarnings(findings: readonly RuffFinding[]): ServerFinding[] {
  return findings
    .filter((finding) => !isSyntaxError(finding))
    .map(({ code, message, start }) => ({ severity: 'warning', line: start.row, code: code ?? '', message }));
}

export function fromRuff(doc: Text, findings: readonly RuffFinding[]): Diagnostic[] {
  return findings.map((finding) => {
    const { code, message, start, end } = finding;
    const from = offset(doc, start.row, start.column);
    const isSyntax = isSyntaxError(finding);
    return {
      from,
      to: Math.max(from, offset(doc, end.row, end.column)),
      severity: isSyntax ? 'error' : 'warning',
      source: isSyntax ? 'Python' : (code ?? 'Ruff'),
      message,
    };
  });
}

export function fromServer(doc: Text, findings: readonly ServerFinding[]): Diagnostic[] {
  return findings.map(({ severity, line, code, message }) => {
    const at = doc.line(Math.min(Math.max(line ?? 1, 1), doc.lines));
    return {
      from: at.from,
      to: at.to,
      severity: severity === 'error' || severity === 'info' ? severity : 'warning',
      source: code,
      message,
    };
  });
}
