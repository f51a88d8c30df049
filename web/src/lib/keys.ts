/** Keys for commands: never in fields or editors, never repeated, and taken from the browser only when they act. */
import { useEventListener } from '@vueuse/core';

// A dialog that is fading away takes no keys any more.
const TYPING =
  'input:not([type="checkbox"], [type="range"]), textarea, select, [contenteditable="true"], .v-overlay--active[role="dialog"], dialog[open]';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(TYPING) !== null;
}

/** @param act gets `F10`, `Shift+F11` and so on, and says whether it acted */
export function useKeys(act: (key: string) => boolean): void {
  useEventListener(window, 'keydown', (event) => {
    if (event.repeat || isTyping(event.target)) {
      // A held key must not step twice; nor must it reload the page.
      if (event.repeat && /^F\d+$/.test(event.key)) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (act(`${event.shiftKey ? 'Shift+' : ''}${event.key}`)) event.preventDefault();
  });
}
