/** Keys for commands: never in fields or editors, never repeated, and taken from the browser only when they act. */
import { useEventListener } from '@vueuse/core';
import { SHORTCUTS, type ShortcutName } from './shortcuts.ts';

// A dialog that is fading away takes no keys any more.
const TYPING =
  'input:not([type="checkbox"], [type="range"]), textarea, select, [contenteditable="true"], .v-overlay--active[role="dialog"], dialog[open]';
/** Between the two keys of a sequence. */
const TOGETHER_MS = 1500;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(TYPING) !== null;
}

/** The event as the table writes it. A character already says whether Shift was pressed. */
export function keyOf({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): string | null {
  if (altKey) return null;
  const shift = shiftKey && key.length > 1 ? 'Shift+' : '';
  return `${ctrlKey || metaKey ? 'Ctrl+' : ''}${shift}${key}`;
}

/** @param actions what the shortcuts of the table do; false when there is nothing to do now */
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
      // A held key must not step twice; nor must it reload the page.
      if (/^F\d+$/.test(event.key)) event.preventDefault();
      return;
    }
    const sequence = Date.now() - first.at < TOGETHER_MS ? `${first.key} ${key}` : null;
    first = { key, at: typing ? -Infinity : Date.now() };
    const acts = bound.some((b) => (!typing || b.inFields) && (b.key === sequence || b.key === key) && b.act());
    if (acts) event.preventDefault();
  });
}
