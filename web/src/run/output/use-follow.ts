/** Keeps a list scrolled to its end until the user scrolls up. From then on, the visible rows do not move. */
import { computed, nextTick, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue';

export interface FollowedRow {
  /** Increases from row to row. */
  key: number;
}

export interface Follow {
  follow: Ref<boolean>;
  /** Rows added since the end was last visible. */
  newCount: ComputedRef<number>;
  /** For rows that were not added at the end. */
  markAllSeen: () => void;
  onScroll: () => void;
}

/** Number of rows with a key greater than that of the last row seen. */
export function countAfter(rows: readonly FollowedRow[], seenKey: number): number {
  return rows.length - 1 - rows.findLastIndex((row) => row.key <= seenKey);
}

/** @param rowHeight height of each row, in pixels */
export function useFollow(
  scroller: Readonly<Ref<HTMLElement | null>>,
  rows: ComputedRef<readonly FollowedRow[]>,
  rowHeight: number,
): Follow {
  const follow = ref(true);
  const seenKey = ref(-Infinity);
  let lastTop = 0;
  let lastHeight = 0;
  let lastClientHeight = 0;

  const markAllSeen = () => {
    seenKey.value = rows.value.at(-1)?.key ?? -Infinity;
  };
  const rememberGeometry = (element: HTMLElement) => {
    lastTop = element.scrollTop;
    lastHeight = element.scrollHeight;
    lastClientHeight = element.clientHeight;
  };
  const scrollToEnd = (element: HTMLElement) => {
    element.scrollTop = element.scrollHeight;
    rememberGeometry(element);
  };

  watch(
    [() => rows.value.at(-1)?.key, () => rows.value.length, follow, scroller],
    async () => {
      if (!follow.value) return;
      markAllSeen();
      await nextTick();
      if (scroller.value) scrollToEnd(scroller.value);
    },
    { immediate: true },
  );
  // A banner above the list changes its height, which is not a scroll by the user.
  const resizeObserver = new ResizeObserver(() => {
    if (follow.value && scroller.value) scrollToEnd(scroller.value);
  });
  watch(scroller, (element) => {
    resizeObserver.disconnect();
    if (element) resizeObserver.observe(element);
  });
  onScopeDispose(() => {
    resizeObserver.disconnect();
  });
  // Older rows were inserted above, or the oldest were dropped.
  watch(
    () => rows.value[0]?.key,
    (first, before) => {
      const element = scroller.value;
      if (follow.value || !element || first === undefined || before === undefined) return;
      element.scrollTop += (before - first) * rowHeight;
      rememberGeometry(element);
    },
    { flush: 'post' },
  );

  function onScroll(): void {
    const element = scroller.value;
    if (!element) return;
    const sameSize = element.scrollHeight >= lastHeight && element.clientHeight === lastClientHeight;
    const scrolledUp = sameSize && element.scrollTop < lastTop - 1;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < rowHeight * 1.5;
    if (follow.value && scrolledUp) follow.value = false;
    else if (!follow.value && atEnd) markAllSeen();
    if (follow.value) scrollToEnd(element);
    else rememberGeometry(element);
  }

  return { follow, newCount: computed(() => countAfter(rows.value, seenKey.value)), markAllSeen, onScroll };
}
