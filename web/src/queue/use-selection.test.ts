import { expect, test } from 'vitest';
import { shallowRef } from 'vue';
import { useSelection } from './use-selection.ts';

test('Shift selects the rows between, and a row that leaves the list is not selected', () => {
  const list = shallowRef(['a', 'b', 'c', 'd'].map((id) => ({ id })));
  const { selected, toggle, selectAll, clear, has } = useSelection(() => list.value);
  const ids = () => selected.value.map(({ id }) => id).join('');
  toggle('d', false);
  toggle('b', true);
  expect(ids()).toBe('bcd');
  toggle('c', false);
  expect(ids()).toBe('bd');
  toggle('a', true);
  expect(ids()).toBe('abcd');
  list.value = list.value.filter(({ id }) => id !== 'b');
  expect(ids()).toBe('acd');
  clear();
  expect(ids()).toBe('');
  selectAll();
  expect(ids()).toBe('acd');
  expect(has('a')).toBe(true);
});
