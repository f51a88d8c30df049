/** Keyboard shortcuts: off in fields and editors, never repeated, and kept from the browser only when one acts. */
import { useEventListener } from '@vueuse/core';
import { SHORTCUTS, type ShortcutName } from './shortcuts.ts';

// A dialog that is closing does not turn shortcuts off.
const TYPING =
  'input:not([type="checkbox"], [type="range"]), textarea, select, [contenteditable="true"], .v-overlay--active[role="dialog"], dialog[open]';
/** Longest time between the two keys of a sequence. */
const SEQUENCE_MS = 1500;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(TYPING) !== null;
}

/** The event in the notation of the table. A character already includes Shift. */
export function keyOf({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): string | null {
  if (altKey) return null;
  const shift = shiftKey && key.length > 1 ? 'Shift+' : '';
  return `${ctrlKey || metaKey ? 'Ctrl+' : ''}${shift}${key}`;
}

/** @param actions one function for each shortcut; it returns false if it did nothing */
export function useKeys(actions: Partial<Record<ShortcutName, () => boolean>>): void {
  const bound = Object.entries(actions).flatMap(([name, act]) => {
    const { keys, ...rest } = SHORTCUTS[name as ShortcutName];
    return keys.map((key) => ({ key, act, inFields: 'inFields' in rest }));
  });
  let first = { key: '', at: -Infinity };
  useEventListener(window, 'keydown', (event) => {
    const key = keyOf(event);
    if (key === null) return;
    const typing = isTyping(event.target);
    if (event.repeat) {
      // A key that is held down must neither step twice nor reload the page.
      if (/^F\d+$/.test(event.key)) event.preventDefault();
      return;
    }
    const sequence = Date.now() - first.at < SEQUENCE_MS ? `${first.key} ${key}` : null;
    first = { key, at: typing ? -Infinity : Date.now() };
    const acts = bound.some((b) => (!typing || b.inFields) && (b.key === sequence || b.key === key) && b.act());
    if (acts) event.preventDefault();
  });
}
