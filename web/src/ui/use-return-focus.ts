/** Returns the focus to the control that opened a dialog. Without this it is on the body, and the next key is lost. */
import { onUnmounted, watch, type Ref } from 'vue';

/** @returns for the end of the dialog; a dialog that is removed instead of closed calls it automatically */
export function useReturnFocus(open: Readonly<Ref<boolean>>): () => void {
  let opener: Element | null = null;
  watch(
    open,
    (isOpen) => {
      if (isOpen) opener = document.activeElement;
    },
    { immediate: true },
  );
  function restore(): void {
    const { activeElement } = document;
    const isLost = activeElement === document.body || activeElement?.closest('.v-overlay');
    // The control may have been removed meanwhile.
    const target = opener?.isConnected ? opener : document.getElementById('main');
    if (isLost && opener && target instanceof HTMLElement) target.focus();
    opener = null;
  }
  onUnmounted(restore);
  return restore;
}
