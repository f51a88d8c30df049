/** CodeMirror extension that locks the first lines of an editor and hatches them. */
import { EditorState, StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';

/** The first line that may change. */
export const setFirstEditable = StateEffect.define<number>();

interface Lock {
  firstEditable: number;
  decorations: DecorationSet;
}

function lock(state: EditorState, firstEditable: number): Lock {
  const lines = [];
  for (let n = 1; n < Math.min(firstEditable, state.doc.lines + 1); n++) {
    lines.push(Decoration.line({ class: 'locked-line' }).range(state.doc.line(n).from));
  }
  return { firstEditable, decorations: Decoration.set(lines) };
}

const field = StateField.define<Lock>({
  create: (state) => lock(state, 1),
  update: (own, { effects, state, docChanged }) => {
    const effect = effects.find((e) => e.is(setFirstEditable));
    return effect || docChanged ? lock(state, effect?.value ?? own.firstEditable) : own;
  },
  provide: (own) => EditorView.decorations.from(own, (l) => l.decorations),
});

function lockedTo(state: EditorState): number {
  const { firstEditable } = state.field(field);
  return firstEditable > state.doc.lines ? state.doc.length : state.doc.line(firstEditable).from;
}

export const lockedLines: Extension = [
  field,
  EditorState.changeFilter.of((transaction) => {
    // Blocks edits by the user only: the page itself may replace the whole text.
    if (!['input', 'delete', 'move', 'undo', 'redo'].some((event) => transaction.isUserEvent(event))) return true;
    const end = lockedTo(transaction.startState);
    let isAllowed = true;
    transaction.changes.iterChangedRanges((from) => {
      if (from < end) isAllowed = false;
    });
    return isAllowed;
  }),
  EditorView.theme({
    '.locked-line': {
      backgroundImage:
        'repeating-linear-gradient(-45deg, transparent 0 8px, color-mix(in srgb, var(--muted) 16%, transparent) 8px 10px)',
    },
  }),
];
