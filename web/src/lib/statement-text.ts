/** The source of a statement as one short line. */
import { visible } from './invisible-characters.ts';
import type { StatementView } from '@sequencer/model/run-view';

export function statementText(
  lines: readonly string[],
  statement: Pick<StatementView, 'firstLine' | 'lastLine'>,
): string {
  const text = lines
    .slice(statement.firstLine - 1, statement.lastLine)
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('( ', '(')
    .replaceAll(/,? \)/g, ')')
    .trim();
  return visible(text.length > 90 ? `${text.slice(0, 88)}…` : text);
}

/** A short name for the timeline: the `description` argument, or else the call. */
export function statementName(
  lines: readonly string[],
  statement: Pick<StatementView, 'firstLine' | 'lastLine'>,
): string {
  const text = statementText(lines, statement);
  const described = /description=['"]([^'"]+)['"]/.exec(text);
  if (described?.[1]) return described[1];
  const call = /^(?:[\w.]+\s*=\s*)?([\w.]+)\(/.exec(text);
  return call?.[1]?.replace(/^run\./, '') ?? text;
}
