import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placesAt, type Place } from './places.ts';

/** The queue after the places were set. */
function set(queue: readonly Place[], places: readonly Place[]): Place[] {
  const changed = new Map([...queue, ...places].map(({ id, place }) => [id, place]));
  return [...changed].map(([id, place]) => ({ id, place })).sort((a, b) => a.place - b.place);
}
const idsOf = (queue: readonly Place[]) => queue.map(({ id }) => id);

test('puts runs at any position, with distinct places of 32 bits', () => {
  const place = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
  const queue = fc
    .uniqueArray(place, { maxLength: 8 })
    .map((places) => places.sort((a, b) => a - b).map((one): Place => ({ id: `old ${String(one)}`, place: one })));
  fc.assert(
    fc.property(queue, fc.integer({ min: 1, max: 4 }), fc.nat(10), (others, count, position) => {
      const ids = Array.from({ length: count }, (_, index) => `new ${String(index)}`);
      const after = set(others, placesAt(others, ids, position));
      expect(idsOf(after)).toEqual(idsOf(others).toSpliced(position, 0, ...ids));
      expect(new Set(after.map((one) => one.place)).size).toBe(after.length);
      for (const one of after) expect(one.place).toBe(one.place | 0);
    }),
  );
});

test('changes only the moved run, for more moves than a night has', () => {
  let queue = placesAt([], ['a', 'b', 'c'], 0);
  for (let move = 0; move < 10_000; move++) {
    const [first, ...others] = queue;
    const places = placesAt(others, [first?.id ?? ''], move % 2 === 0 ? 0 : 5);
    expect(places).toHaveLength(1);
    queue = set(queue, places);
  }
});

test('makes space again when two places have none between them', () => {
  const others = [
    { id: 'a', place: 1 },
    { id: 'b', place: 2 },
  ];
  expect(idsOf(placesAt(others, ['c'], 1))).toEqual(['a', 'c', 'b']);
  expect(placesAt(others, ['c'], 2)).toHaveLength(1);
});
