/** Keeps the end of a list in sight until somebody scrolls up; after that, what is in sight stays where it is. */
import { computed, nextTick, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue';

export interface FollowedRow {
  /** Grows from row to row. */
  key: number;
}

export interface Follow {
  follow: Ref<boolean>;
  /** Rows that came since the end was last in sight. */
  newCount: ComputedRef<number>;
  onScroll: () => void;
}

/** How many rows have a key greater than the one that was seen last. */
export function countAfter(rows: readonly FollowedRow[], seenKey: number): number {
  return rows.length - 1 - rows.findLastIndex((row) => row.key <= seenKey);
}

/** @param rowHeight of every row, in pixels */
export function useFollow(
  scroller: Readonly<Ref<HTMLElement | null>>,
  rows: ComputedRef<readonly FollowedRow[]>,
  rowHeight: number,
): Follow {
  const follow = ref(true);
  const seenKey = ref(-Infinity);
  let lastTop = 0;
  let lastHeight = 0;
  let lastWindow = 0;

  const sawAll = () => {
    seenKey.value = rows.value.at(-1)?.key ?? -Infinity;
  };
  const remember = (element: HTMLElement) => {
    lastTop = element.scrollTop;
    lastHeight = element.scrollHeight;
    lastWindow = element.clientHeight;
  };
  const toEnd = (element: HTMLElement) => {
    element.scrollTop = element.scrollHeight;
    remember(element);
  };

  watch(
    [() => rows.value.at(-1)?.key, () => rows.value.length, follow, scroller],
    async () => {
      if (!follow.value) return;
      sawAll();
      await nextTick();
      if (scroller.value) toEnd(scroller.value);
    },
    { immediate: true },
  );
  // A banner above that comes or goes makes the list lower or higher: nobody has scrolled then.
  const resized = new ResizeObserver(() => {
    if (follow.value && scroller.value) toEnd(scroller.value);
  });
  watch(scroller, (element) => {
    resized.disconnect();
    if (element) resized.observe(element);
  });
  onScopeDispose(() => {
    resized.disconnect();
  });
  // Older rows came in above, or the oldest were let go.
  watch(
    () => rows.value[0]?.key,
    (first, before) => {
      const element = scroller.value;
      if (follow.value || !element || first === undefined || before === undefined) return;
      element.scrollTop += (before - first) * rowHeight;
      remember(element);
    },
    { flush: 'post' },
  );

  function onScroll(): void {
    const element = scroller.value;
    if (!element) return;
    const sameSize = element.scrollHeight >= lastHeight && element.clientHeight === lastWindow;
    const wentUp = sameSize && element.scrollTop < lastTop - 1;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < rowHeight * 1.5;
    if (follow.value && wentUp) follow.value = false;
    else if (!follow.value && atEnd) sawAll();
    if (follow.value) toEnd(element);
    else remember(element);
  }

  return { follow, newCount: computed(() => countAfter(rows.value, seenKey.value)), onScroll };
}
