/** Every key that the pages bind. Handlers refer to this table by name, and the shortcuts dialog lists it. */

interface Shortcut {
  /** `F10`, `Shift+F11`, `Ctrl+k` (on a Mac also Cmd); two keys in a row as `g o`. */
  keys: readonly string[];
  text: string;
  /** Also acts in fields and editors. */
  inFields?: true;
}

export const SHORTCUTS = {
  palette: { keys: ['Ctrl+k'], text: 'Search, or jump to a telescope, page or run', inFields: true },
  help: { keys: ['?'], text: 'Show keyboard shortcuts' },
  goOverview: { keys: ['g o'], text: 'Go to the overview' },
  goSequencer: { keys: ['g s'], text: 'Go to the sequencer' },
  goQueue: { keys: ['g q'], text: 'Go to the queue' },
  goHistory: { keys: ['g h'], text: 'Go to the history' },
  undo: { keys: ['F6'], text: 'In the queue, after a removal: go to Undo' },
  queuedRun: { keys: ['e', 'h', 'Delete'], text: 'On a queued run: edit; hold or release; remove' },
  selectRuns: { keys: [' ', 'Ctrl+a'], text: 'In the queue: select the run, with Shift a range; select all' },
  pages: { keys: ['PageUp', 'PageDown'], text: 'In the queue: one page up or down' },
  find: { keys: ['/'], text: 'In the history and the output: search' },
  followLine: { keys: ['l'], text: 'Follow the running line, or stop following' },
  pause: { keys: ['F6'], text: 'Pause' },
  resume: { keys: ['F8', 'F5'], text: 'Continue the paused trace' },
  stepOver: { keys: ['F10'], text: 'Step over' },
  stepInto: { keys: ['F11'], text: 'Step into' },
  stepOut: { keys: ['Shift+F11'], text: 'Step out' },
  previousTrace: { keys: ['['], text: 'Select the previous paused trace' },
  nextTrace: { keys: [']'], text: 'Select the next paused trace' },
  stop: { keys: ['Shift+F5'], text: 'Open the stop ladder; this sends no command' },
  breakpoint: { keys: ['F9'], text: 'Set or clear a breakpoint at the selected line, also in the editor' },
  run: { keys: ['Ctrl+Enter'], text: 'In the editor: run, after confirmation; in a schedule request: preview' },
  nextFinding: {
    keys: ['F8', 'Shift+F8'],
    text: 'In the editor: go to the next error or warning, or the previous one',
  },
  save: { keys: ['Ctrl+s'], text: 'In the editor: show where the draft is saved' },
  indent: {
    keys: ['Tab', 'Shift+Tab'],
    text: 'In the editor: indent, unindent; press Escape first to leave the editor',
  },
  findInScript: { keys: ['Ctrl+f'], text: 'In a script and the output: find' },
  close: { keys: ['Escape'], text: 'Close the find bar, a menu or a dialog' },
  nextMatch: { keys: ['Enter', 'Shift+Enter'], text: 'In the find bar: the next, the previous match' },
  evaluate: { keys: ['Enter'], text: 'In Evaluate: evaluate; in the search: open the selected result' },
  select: {
    keys: ['ArrowUp', 'ArrowDown'],
    text: 'In Evaluate: recall an expression; in lists: select; on the divider: resize; with Alt on a queued run: move it',
  },
  timeline: {
    keys: ['ArrowLeft', 'ArrowRight'],
    text: 'On the timeline and the replay: one statement back or forward; on tabs: another tab',
  },
  ends: {
    keys: ['Home', 'End'],
    text: 'On the timeline, the replay, tabs and the divider: the first or last; in the output, End: follow',
  },
} as const satisfies Record<string, Shortcut>;

export type ShortcutName = keyof typeof SHORTCUTS;

/** The key as CodeMirror names it. */
export function editorKey(name: ShortcutName): string {
  return SHORTCUTS[name].keys[0].replace(/^Ctrl\+/, 'Mod-').replaceAll('+', '-');
}

const SYMBOLS: Record<string, string> = { ' ': 'Space', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' };

/** `Shift F11`, `g o`, `F8 or F5`. */
export function keyText({ keys }: Pick<Shortcut, 'keys'>): string {
  const words = keys.map((key) =>
    key
      .split('+')
      .map((part, i) => SYMBOLS[part] ?? (i > 0 ? part.toUpperCase().replace(/^(..+)$/, part) : part))
      .join(' '),
  );
  return words.join(words.every((word) => word.length === 1) ? ' ' : ' or ');
}
