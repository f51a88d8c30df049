/** CodeMirror extension for the editor: a gutter with the usual time of each statement. */
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { EditorView, GutterMarker, ViewPlugin, gutter, type ViewUpdate } from '@codemirror/view';
import type { LineTime, LineTimes } from './line-times.ts';

/** After the last change of the text. */
const DELAY_MS = 1000;

const setTimes = StateEffect.define<LineTimes>();

/** The times move with a change of the text only when they are read again: until then, they are hidden. */
const field = StateField.define<LineTimes>({
  create: () => new Map(),
  update: (times, transaction) => {
    const effect = transaction.effects.find((e) => e.is(setTimes));
    if (effect) return effect.value;
    return transaction.docChanged ? new Map() : times;
  },
});

class TimeMarker extends GutterMarker {
  readonly time: LineTime;

  constructor(time: LineTime) {
    super();
    this.time = time;
  }

  override eq(other: TimeMarker): boolean {
    return other.time.text === this.time.text && other.time.title === this.time.title;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement('span');
    element.textContent = this.time.text;
    element.title = this.time.title;
    return element;
  }
}

const theme = EditorView.theme({
  '.estimate-gutter': { minWidth: '84px', fontSize: '12px', color: 'var(--muted)' },
  '.estimate-gutter .cm-gutterElement': { padding: '0 10px', textAlign: 'right', background: 'none' },
  '.cm-gutters-after': { borderLeft: '1px solid var(--border)' },
  '@media (width < 600px)': { '.cm-gutters-after': { display: 'none !important' } },
});

/** @param read the usual times of the statements of a script */
export function estimateGutter(read: (script: string) => Promise<LineTimes>): Extension {
  const reader = ViewPlugin.fromClass(
    class {
      readonly #view: EditorView;
      #timer: ReturnType<typeof setTimeout>;
      #isDestroyed = false;

      constructor(view: EditorView) {
        this.#view = view;
        this.#timer = setTimeout(() => void this.#read(), 0);
      }

      update({ docChanged }: ViewUpdate): void {
        if (!docChanged) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.#read(), DELAY_MS);
      }

      destroy(): void {
        clearTimeout(this.#timer);
        this.#isDestroyed = true;
      }

      async #read(): Promise<void> {
        const { doc } = this.#view.state;
        const text = doc.toString();
        const times: LineTimes = text.trim() === '' ? new Map() : await read(text);
        if (this.#isDestroyed || this.#view.state.doc !== doc) return;
        this.#view.dispatch({ effects: setTimes.of(times) });
      }
    },
  );
  return [
    field,
    reader,
    theme,
    gutter({
      class: 'estimate-gutter',
      side: 'after',
      lineMarker: (view, { from }) => {
        const time = view.state.field(field).get(view.state.doc.lineAt(from).number);
        return time ? new TimeMarker(time) : null;
      },
      lineMarkerChange: ({ startState, state }) => startState.field(field) !== state.field(field),
    }),
  ];
}
