/** Drags an item of a list with the mouse or a pen. On a touch screen, a drag scrolls the page. */
import { computed, shallowRef, type ComputedRef, type Ref } from 'vue';
import { dropIndex } from './drop-index.ts';
import { startsDrag, usePointerDrag } from './use-pointer-drag.ts';

interface Drag {
  from: number;
  to: number;
}

export interface QueueDrag {
  drag: Readonly<Ref<Drag | null>>;
  /** Where the item would be dropped: before or after the item with this index. */
  line: ComputedRef<{ index: number; side: 'before' | 'after' } | null>;
  start: (event: PointerEvent, index: number) => void;
}

/**
 * @param list its children are the items
 * @param onStart called before the drag starts
 * @param onEnd called with the old and the new index; the new one is null if the drag was cancelled
 */
export function useQueueDrag(
  list: Readonly<Ref<HTMLElement | null>>,
  onStart: () => void,
  onEnd: (from: number, to: number | null) => void,
): QueueDrag {
  const drag = shallowRef<Drag | null>(null);

  function end(isDrop: boolean): void {
    if (!drag.value) return;
    const { from, to } = drag.value;
    drag.value = null;
    onEnd(from, isDrop && to !== from ? to : null);
  }
  function move(y: number): void {
    if (!drag.value || !list.value) return;
    const middles = [...list.value.children].map((item) => {
      const { top, height } = item.getBoundingClientRect();
      return top + height / 2;
    });
    const to = dropIndex(middles, y, drag.value.from);
    if (to !== drag.value.to) drag.value = { ...drag.value, to };
  }
  usePointerDrag({ isActive: () => drag.value !== null, move, end });

  return {
    drag,
    line: computed(() => {
      if (!drag.value || drag.value.from === drag.value.to) return null;
      const { from, to } = drag.value;
      return { index: to, side: to < from ? 'before' : 'after' };
    }),
    start: (event, index) => {
      if (!startsDrag(event)) return;
      onStart();
      drag.value = { from: index, to: index };
    },
  };
}
