/** The keys of a row in the list of a queue. */
import type { QueueCommands } from './queue-commands.ts';
import type { QueuedRun } from './queue-text.ts';

/**
 * @param runs what the key acts on
 * @param move called with -1 for up and 1 for down
 */
export function onRowKey(
  event: KeyboardEvent,
  runs: readonly QueuedRun[],
  commands: QueueCommands,
  move: (step: number) => void,
): void {
  const { key, altKey, ctrlKey, metaKey } = event;
  if (ctrlKey || metaKey) return;
  const act = altKey ? moveOf(key, move) : actOf(key, runs, commands);
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  // A key that is held down moves the run further, but removes no second run.
  if (altKey || !event.repeat) act();
}

function moveOf(key: string, move: (step: number) => void): (() => void) | null {
  const step = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (step === undefined) return null;
  return () => {
    move(step);
  };
}

function actOf(key: string, runs: readonly QueuedRun[], commands: QueueCommands): (() => void) | null {
  const actions: Record<string, () => void> = {
    Delete: () => void commands.remove(runs),
    h: () => {
      commands.holdOrRelease(runs);
    },
    e: () => {
      commands.edited.value = runs[0]?.id ?? null;
    },
  };
  return actions[key] ?? null;
}
