/** The events of a drag with the mouse or a pen: it ends with a drop, or is cancelled with Escape. */
import { useEventListener } from '@vueuse/core';
import { useKeys } from '../lib/keys.ts';

export interface PointerDrag {
  isActive: () => boolean;
  /** @param y of the pointer in the window */
  move: (y: number) => void;
  end: (isDrop: boolean) => void;
}

export function usePointerDrag({ isActive, move, end }: PointerDrag): void {
  useEventListener(window, 'pointermove', ({ clientY }) => {
    if (isActive()) move(clientY);
  });
  useEventListener(window, 'pointerup', () => {
    if (isActive()) end(true);
  });
  useEventListener(window, 'pointercancel', () => {
    if (isActive()) end(false);
  });
  useKeys({
    close: () => {
      const wasActive = isActive();
      if (wasActive) end(false);
      return wasActive;
    },
  });
}

/** Whether the event may start a drag. Then it selects no text. */
export function startsDrag(event: PointerEvent): boolean {
  if (event.button !== 0 || event.pointerType === 'touch') return false;
  event.preventDefault();
  return true;
}
