/** Selected rows of a list, with a range from the row that was selected last. */
import { computed, shallowRef, type ComputedRef } from 'vue';

export interface Selection<T extends { id: string }> {
  /** In the order of the list. */
  selected: ComputedRef<T[]>;
  has: (id: string) => boolean;
  /** @param isRange also the rows between this one and the one that was changed last */
  toggle: (id: string, isRange: boolean) => void;
  selectAll: () => void;
  clear: () => void;
}

export function useSelection<T extends { id: string }>(list: () => readonly T[]): Selection<T> {
  const ids = shallowRef<ReadonlySet<string>>(new Set());
  let last: string | null = null;
  return {
    // A run that has left the queue is not selected any more.
    selected: computed(() => list().filter(({ id }) => ids.value.has(id))),
    has: (id) => ids.value.has(id),
    toggle: (id, isRange) => {
      const isOn = !ids.value.has(id);
      const from = list().findIndex((item) => item.id === last);
      const to = list().findIndex((item) => item.id === id);
      const range = isRange && from >= 0 ? list().slice(Math.min(from, to), Math.max(from, to) + 1) : [{ id }];
      const next = new Set(ids.value);
      for (const item of range) {
        if (isOn) next.add(item.id);
        else next.delete(item.id);
      }
      ids.value = next;
      last = id;
    },
    selectAll: () => (ids.value = new Set(list().map(({ id }) => id))),
    clear: () => (ids.value = new Set()),
  };
}
