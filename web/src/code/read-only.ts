/** CodeMirror extensions for read-only Python source, with the line where a trace is stopped. */
import { standardKeymap } from '@codemirror/commands';
import { search, searchKeymap } from '@codemirror/search';
import { EditorState, Prec, StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, highlightActiveLine, keymap, lineNumbers, type DecorationSet } from '@codemirror/view';
import { breakpointGutter } from './breakpoint-gutter.ts';
import { pythonExtensions } from './python.ts';

export function readOnlySource(label: string): Extension {
  return [
    lineNumbers(),
    pythonExtensions,
    highlightActiveLine(),
    search({ top: true }),
    keymap.of([...searchKeymap, ...standardKeymap]),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
  ];
}

export interface ReadOnlyOptions {
  text: string;
  /** For screen readers. */
  label: string;
  extensions: Extension;
  toggleBreakpoint: (line: number) => void;
  /** The cursor was moved to this line, from 1. */
  moved: (line: number) => void;
}

/** An editor of a text that cannot be changed. Breakpoints can be set in it. */
export function readOnlyView(parent: HTMLElement | null, options: ReadOnlyOptions): EditorView {
  const { text, label, extensions, toggleBreakpoint, moved } = options;
  const cursor = EditorView.updateListener.of(({ selectionSet, state }) => {
    if (selectionSet) moved(state.doc.lineAt(state.selection.main.head).number);
  });
  const all = [breakpointGutter(toggleBreakpoint), readOnlySource(label), extensions, cursor];
  return new EditorView({
    ...(parent ? { parent } : {}),
    state: EditorState.create({ doc: text, extensions: all }),
  });
}

export const setStoppedLine = StateEffect.define<number | null>();

const stoppedField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (drawn, { effects, state }) => {
    const effect = effects.find((e) => e.is(setStoppedLine));
    if (!effect) return drawn;
    const { value } = effect;
    if (value === null || value > state.doc.lines) return Decoration.none;
    return Decoration.set(Decoration.line({ class: 'stopped-line' }).range(state.doc.line(value).from));
  },
  provide: (own) => EditorView.decorations.from(own),
});

export const stoppedLine: Extension = [
  stoppedField,
  Prec.high(
    EditorView.theme({
      '.stopped-line': {
        background: 'color-mix(in srgb, var(--paused) 26%, var(--surface))',
        boxShadow: 'inset 0 1px var(--paused), inset 0 -1px var(--paused)',
      },
    }),
  ),
];

/** Scrolls to a line and puts the cursor there. Not with scrollIntoView, which would also scroll the page around it. */
export function showLine(view: EditorView, line: number): void {
  if (line > view.state.doc.lines) return;
  const block = view.lineBlockAt(view.state.doc.line(line).from);
  view.scrollDOM.scrollTop = Math.max(0, block.top - view.scrollDOM.clientHeight / 3);
  view.dispatch({ selection: { anchor: view.state.doc.line(line).from } });
}
