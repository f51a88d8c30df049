/** Estimates the top-level statements of a script, for use while no runner is connected that could list them. */
import { pythonLanguage } from '@codemirror/lang-python';

type SyntaxNode = ReturnType<typeof pythonLanguage.parser.parse>['topNode'];

export interface Span {
  index: number;
  /** From 1, both included. */
  firstLine: number;
  lastLine: number;
}

export function statementsOf(script: string): Span[] {
  const lineAt = lineFinder(script);
  return children(pythonLanguage.parser.parse(script).topNode)
    .flatMap((node) => (node.name === 'StatementGroup' ? children(node) : [node]))
    .map(({ from, to }, index) => ({ index, firstLine: lineAt(from), lastLine: lineAt(Math.max(from, to - 1)) }));
}

function children(node: SyntaxNode): SyntaxNode[] {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'Comment' && child.name !== ';') found.push(child);
  }
  return found;
}

function lineFinder(script: string): (offset: number) => number {
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
