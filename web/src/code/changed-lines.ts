/** Counts the lines that differ between two texts. */
import { Text } from '@codemirror/state';
import { Chunk } from '@codemirror/merge';
import { scriptLines } from '../lib/script-lines.ts';

export function changedLines(before: string, after: string): number {
  const [a, b] = [Text.of(scriptLines(before)), Text.of(scriptLines(after))];
  const count = (text: Text, from: number, to: number) =>
    to <= from ? 0 : text.lineAt(Math.min(to - 1, text.length)).number - text.lineAt(from).number + 1;
  return Chunk.build(a, b).reduce(
    (sum, chunk) => sum + Math.max(count(a, chunk.fromA, chunk.toA), count(b, chunk.fromB, chunk.toB)),
    0,
  );
}
