/** Drags one or several rows of equal height with the mouse or a pen. The list stays as it is until the drop. */
import { computed, shallowRef, type ComputedRef, type Ref } from 'vue';
import { anchorAt, changeText } from './block-moves.ts';
import type { QueuedRun } from './queue-text.ts';
import { startsDrag, usePointerDrag } from './use-pointer-drag.ts';

export interface BlockDrag {
  /** As it was at the start of the drag, or now. */
  shown: ComputedRef<readonly QueuedRun[]>;
  block: ComputedRef<readonly QueuedRun[]>;
  /** Index of the row before which the block would be dropped. */
  gap: ComputedRef<number | null>;
  start: (event: PointerEvent, block: readonly QueuedRun[]) => void;
}

/** Near the edge of the scroller, in pixels: the list scrolls. */
const EDGE = 36;

/**
 * @param list is as high as all rows
 * @param onDrop called with the id of the run after which the block goes, or with why nothing is moved
 */
export function useBlockDrag(
  list: Readonly<Ref<HTMLElement | null>>,
  scroller: Readonly<Ref<HTMLElement | null>>,
  queue: () => readonly QueuedRun[],
  rowHeight: () => number,
  onDrop: (block: readonly QueuedRun[], after: string | null, problem: string | null) => void,
): BlockDrag {
  const drag = shallowRef<{ queue: readonly QueuedRun[]; block: readonly QueuedRun[]; gap: number } | null>(null);

  function end(isDrop: boolean): void {
    if (!drag.value) return;
    const { queue: before, block, gap } = drag.value;
    drag.value = null;
    if (isDrop) onDrop(block, anchorAt(before, block, gap), changeText(before, queue()));
  }
  function move(y: number): void {
    if (!drag.value || !list.value || !scroller.value) return;
    const { top, bottom } = scroller.value.getBoundingClientRect();
    if (y < top + EDGE) scroller.value.scrollTop -= EDGE / 3;
    if (y > bottom - EDGE) scroller.value.scrollTop += EDGE / 3;
    const rows = Math.round((y - list.value.getBoundingClientRect().top) / rowHeight());
    const gap = Math.max(0, Math.min(drag.value.queue.length, rows));
    if (gap !== drag.value.gap) drag.value = { ...drag.value, gap };
  }
  usePointerDrag({ isActive: () => drag.value !== null, move, end });

  return {
    shown: computed(() => drag.value?.queue ?? queue()),
    block: computed(() => drag.value?.block ?? []),
    gap: computed(() => drag.value?.gap ?? null),
    start: (event, block) => {
      const [first] = block;
      if (!first || !startsDrag(event)) return;
      drag.value = { queue: queue(), block, gap: queue().findIndex(({ id }) => id === first.id) };
    },
  };
}
