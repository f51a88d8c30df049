/** The keys of a row in the list of a queue. */
import type { QueueCommands } from './queue-commands.ts';
import type { QueuedRun } from './queue-text.ts';

/** @param move called with -1 for up and 1 for down */
export function onRowKey(
  event: KeyboardEvent,
  run: QueuedRun,
  commands: QueueCommands,
  move: (step: number) => void,
): void {
  const { key, altKey, ctrlKey, metaKey } = event;
  if (ctrlKey || metaKey) return;
  const step = { ArrowUp: -1, ArrowDown: 1 }[key];
  const act = altKey
    ? step &&
      (() => {
        move(step);
      })
    : {
        Delete: () => void commands.remove([run]),
        h: () => {
          commands.holdOrRelease([run]);
        },
        e: () => {
          commands.edited.value = run.id;
        },
      }[key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  // A key that is held down moves on, but removes no second run.
  if (altKey || !event.repeat) act();
}
