import { EditorState, Text } from '@codemirror/state';
import { expect, test } from 'vitest';
import { scriptLines } from './script-lines.ts';

test('counts lines as Python and the editor do', () => {
  const script = 'a = 1\r\n\f\r# old Mac\nnote = "\f\v\u001c\u0085\u2028"\n';
  expect(scriptLines(script)).toEqual(['a = 1', '\f', '# old Mac', 'note = "\f\v\u001c\u0085\u2028"', '']);
  expect(EditorState.create({ doc: script }).doc.eq(Text.of(scriptLines(script)))).toBe(true);
});
