/** The top-level statements of a script, from its text alone. Not in the index: the first load of the pages has no parser. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';

export interface Span {
  index: number;
  /** From 1, both included. */
  firstLine: number;
  lastLine: number;
}

export function statementsOf(script: string): Span[] {
  return spansOf(script, statementNodes(script));
}

/** The syntax of each statement. */
export function statementNodes(script: string): SyntaxNode[] {
  return childrenOf(parser.parse(script).topNode)
    .flatMap((node) => (node.name === 'StatementGroup' ? childrenOf(node) : [node]))
    .filter(({ name }) => name !== 'Comment' && name !== ';');
}

export function spansOf(script: string, nodes: readonly SyntaxNode[]): Span[] {
  const lineAt = lineFinder(script);
  return nodes.map(({ from, to }, index) => ({
    index,
    firstLine: lineAt(from),
    lastLine: lineAt(Math.max(from, to - 1)),
  }));
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

/** Returns the line of an offset, from 1. */
export function lineFinder(script: string): (offset: number) => number {
  const starts = [0];
  for (let at = script.indexOf('\n'); at >= 0; at = script.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
