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
  /** Moves the row that was at the top back to the top, after the heights of rows have changed. */
  keepPosition: () => void;
  onScroll: () => void;
}

interface Options {
  scroller: Readonly<Ref<HTMLElement | null>>;
  /** The element in the scroller that is as high as all rows. */
  content: Readonly<Ref<HTMLElement | null>>;
  rows: ComputedRef<readonly FollowedRow[]>;
  /** Index of the row at an offset from the start of the content, in px. */
  indexAt: (offset: number) => number | undefined;
  /** Offsets of a row from the start of the content, in px. */
  boxOf: (index: number) => { start: number; end: number } | undefined;
}

/** A list is at its end if no more than this is below, in px. */
const NEAR_END = 30;

/** Number of rows with a key greater than that of the last row seen. */
export function countAfter(rows: readonly FollowedRow[], seenKey: number): number {
  return rows.length - 1 - rows.findLastIndex((row) => row.key <= seenKey);
}

export function useFollow({ scroller, content, rows, indexAt, boxOf }: Options): Follow {
  const follow = ref(true);
  const seenKey = ref(-Infinity);
  let lastTop = 0;
  let lastHeight = 0;
  let lastClientHeight = 0;
  /** The row at the top, and how much of it is above, in px. */
  let top: { key: number; hidden: number } | null = null;

  const markAllSeen = () => {
    seenKey.value = rows.value.at(-1)?.key ?? -Infinity;
  };
  const rememberGeometry = (element: HTMLElement) => {
    lastTop = element.scrollTop;
    lastHeight = element.scrollHeight;
    lastClientHeight = element.clientHeight;
    const index = indexAt(lastTop);
    const row = index === undefined ? undefined : rows.value[index];
    const box = index === undefined ? undefined : boxOf(index);
    top = row && box ? { key: row.key, hidden: lastTop - box.start } : null;
  };
  const scrollToEnd = (element: HTMLElement) => {
    element.scrollTop = element.scrollHeight;
    rememberGeometry(element);
  };

  watch(
    // Not the shallow ref itself: with one, Vue calls back at each frame of the run, and each time is a layout.
    [() => rows.value.at(-1)?.key, () => rows.value.length, follow, () => scroller.value],
    async () => {
      if (!follow.value) return;
      markAllSeen();
      await nextTick();
      if (scroller.value) scrollToEnd(scroller.value);
    },
    { immediate: true },
  );
  // A banner above the list changes its height, and a wrapped row that of the content: neither is a scroll by the user.
  const resizeObserver = new ResizeObserver(() => {
    if (follow.value && scroller.value) scrollToEnd(scroller.value);
  });
  watch([scroller, content], (elements) => {
    resizeObserver.disconnect();
    for (const element of elements) if (element) resizeObserver.observe(element);
  });
  onScopeDispose(() => {
    resizeObserver.disconnect();
  });
  function keepPosition(): void {
    const { value: element } = scroller;
    if (follow.value || !element || !top) return;
    const { key, hidden } = top;
    const box = boxOf(rows.value.findIndex((row) => row.key >= key));
    if (!box) return;
    element.scrollTop = box.start + (hidden < box.end - box.start ? hidden : 0);
    rememberGeometry(element);
  }
  // Older rows were inserted above, or the oldest were dropped.
  watch(() => rows.value[0]?.key, keepPosition, { flush: 'post' });

  function onScroll(): void {
    const element = scroller.value;
    if (!element) return;
    const sameSize = element.scrollHeight >= lastHeight && element.clientHeight === lastClientHeight;
    const scrolledUp = sameSize && element.scrollTop < lastTop - 1;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
    if (follow.value && scrolledUp) follow.value = false;
    else if (!follow.value && atEnd) markAllSeen();
    if (follow.value) scrollToEnd(element);
    else rememberGeometry(element);
  }

  return {
    follow,
    newCount: computed(() => countAfter(rows.value, seenKey.value)),
    markAllSeen,
    keepPosition,
    onScroll,
  };
}
