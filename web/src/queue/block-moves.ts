/** Moves of one or several runs as a block. Pure. */

interface Item {
  id: string;
}

const others = (list: readonly Item[], block: readonly Item[]) => {
  const ids = new Set(block.map(({ id }) => id));
  return list.flatMap((item, index) => (ids.has(item.id) ? [] : [{ id: item.id, index }]));
};

/** The id of the run after which the block goes if it is dropped before the row with this index; null for the top. */
export function anchorAt(list: readonly Item[], block: readonly Item[], gap: number): string | null {
  return others(list, block).findLast(({ index }) => index < gap)?.id ?? null;
}

/** The same for one step up or down. Undefined if the block is at that end already. */
export function anchorOfStep(list: readonly Item[], block: readonly Item[], step: number): string | null | undefined {
  const rest = others(list, block);
  const edge = step < 0 ? block[0] : block.at(-1);
  const at = list.findIndex(({ id }) => id === edge?.id);
  const before = rest.filter(({ index }) => index < at).length;
  const place = step < 0 ? before - 1 : before + 1;
  if (place < 0 || place > rest.length) return undefined;
  return rest[place - 1]?.id ?? null;
}

/** Without the name of that user. */
export const MOVED = 'Another user moved this list. Drop again.';

/** Why a drop is refused: the list is another one than at the start of the drag. Null if it is the same. */
export function changeText(before: readonly Item[], now: readonly Item[]): string | null {
  const order = (list: readonly Item[], in_: readonly Item[]) => {
    const ids = new Set(in_.map(({ id }) => id));
    return list.flatMap(({ id }) => (ids.has(id) ? [id] : [])).join();
  };
  if (order(before, now) !== order(now, before)) return MOVED;
  return before.length === now.length && order(before, before) === order(now, now)
    ? null
    : 'The queue has changed. Drop again.';
}
