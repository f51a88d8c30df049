/** Moves one editor between its places on the page. The browser drops its focus and its scroll position with each move. */
import { computed, nextTick, watch, type ComputedRef, type Ref } from 'vue';

export interface MovedEditor {
  /** Where the editor is now. */
  to: ComputedRef<HTMLElement | null>;
  isTyping: () => boolean;
  /** Called before the place changes. */
  remember: () => void;
}

type Place = Readonly<Ref<HTMLElement | null>>;

/**
 * @param place null while the page has none
 * @param holder a hidden element for that time
 */
export function useMovedEditor(place: Place, holder: Place): MovedEditor {
  let text: HTMLElement | null = null;
  let top = 0;
  const scroller = () => text?.closest('.cm-scroller');
  const isTyping = () => document.activeElement?.closest('.cm-content') === document.activeElement && inEditor();
  const inEditor = () => (place.value ?? holder.value)?.contains(document.activeElement) ?? false;
  watch(
    place,
    async (now) => {
      if (!now || !text) return;
      // After the teleport.
      await nextTick();
      scroller()?.scrollTo(0, top);
      if (document.activeElement === document.body) text.focus({ preventScroll: true });
      text = null;
    },
    { flush: 'post' },
  );
  return {
    to: computed(() => place.value ?? holder.value),
    isTyping,
    remember: () => {
      text = isTyping() ? (document.activeElement as HTMLElement) : null;
      top = scroller()?.scrollTop ?? 0;
    },
  };
}
