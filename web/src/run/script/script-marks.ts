/** CodeMirror extension for the script of a run: running lines, trace tags, states and times of statements. */
import { StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, GutterMarker, WidgetType, gutter, type DecorationSet } from '@codemirror/view';
import type { ShownState } from '../record/statement-state.ts';
import { scriptMarksTheme } from './script-marks-theme.ts';

export interface LineMark {
  /** From 1. */
  firstLine: number;
  lastLine: number;
  state: ShownState;
  /** `next` while the script is stopped before the statement; empty until then. */
  started: string;
  took: string;
  isNow: boolean;
}

export interface ScriptMarks {
  statements: LineMark[];
  tags: { line: number; trace: number; paused: boolean }[];
  /** The line where the trace in focus is stopped: of all marks the strongest. */
  stopped: number | null;
  /** The failure, at the line of its first cause. */
  failure: { line: number; text: string } | null;
  /** Name of the CSS variable for the phase's colour. */
  tone: string;
}

export const setMarks = StateEffect.define<ScriptMarks>();

interface Drawn {
  marks: ScriptMarks;
  byFirstLine: Map<number, LineMark>;
  decorations: DecorationSet;
}

class TagWidget extends WidgetType {
  readonly trace: number;
  readonly paused: boolean;

  constructor(trace: number, paused: boolean) {
    super();
    this.trace = trace;
    this.paused = paused;
  }

  override eq(other: TagWidget): boolean {
    return other.trace === this.trace && other.paused === this.paused;
  }

  override toDOM(): HTMLElement {
    const tag = document.createElement('span');
    tag.className = this.paused ? 'trace-tag paused' : 'trace-tag';
    tag.style.setProperty('--trace-number', String(this.trace));
    tag.textContent = `T${String(this.trace)}`;
    return tag;
  }
}

class FailureWidget extends WidgetType {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override eq(other: FailureWidget): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    const note = document.createElement('span');
    note.className = 'failure-note';
    note.textContent = this.text;
    return note;
  }
}

function draw(state: EditorState, marks: ScriptMarks): Drawn {
  const ranges = [];
  const { lines } = state.doc;
  for (const mark of marks.statements) {
    if (!mark.isNow) continue;
    for (let n = mark.firstLine; n <= Math.min(mark.lastLine, lines); n++) {
      const edge = [n === mark.firstLine ? 'first' : '', n === mark.lastLine ? 'last' : ''].join(' ');
      const line = Decoration.line({
        class: `running-line ${marks.stopped === null ? edge : 'calling'}`,
        attributes: { style: `--tone: var(--${marks.tone})` },
      });
      ranges.push(line.range(state.doc.line(n).from));
    }
  }
  for (const tag of marks.tags) {
    if (tag.line > lines) continue;
    const { to } = state.doc.line(tag.line);
    ranges.push(Decoration.line({ class: 'trace-line' }).range(state.doc.line(tag.line).from));
    ranges.push(Decoration.widget({ widget: new TagWidget(tag.trace, tag.paused), side: 1 }).range(to));
  }
  if (marks.stopped !== null && marks.stopped <= lines) {
    ranges.push(Decoration.line({ class: 'stopped-line' }).range(state.doc.line(marks.stopped).from));
  }
  if (marks.failure && marks.failure.line <= lines) {
    const { from, to } = state.doc.line(marks.failure.line);
    ranges.push(Decoration.line({ class: 'failed-line' }).range(from));
    ranges.push(Decoration.widget({ widget: new FailureWidget(marks.failure.text), side: 2 }).range(to));
  }
  return {
    marks,
    byFirstLine: new Map(marks.statements.map((mark) => [mark.firstLine, mark])),
    decorations: Decoration.set(ranges, true),
  };
}

const field = StateField.define<Drawn>({
  create: (state) => draw(state, { statements: [], tags: [], stopped: null, failure: null, tone: 'running' }),
  update: (drawn, transaction) => {
    const effect = transaction.effects.find((e) => e.is(setMarks));
    return effect ? draw(transaction.state, effect.value) : drawn;
  },
  provide: (own) => EditorView.decorations.from(own, (drawn) => drawn.decorations),
});

class TextMarker extends GutterMarker {
  readonly text: string;
  readonly className: string;

  constructor(text: string, className: string) {
    super();
    this.text = text;
    this.className = className;
  }

  override eq(other: TextMarker): boolean {
    return other.text === this.text && other.className === this.className;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement('span');
    element.className = this.className;
    element.textContent = this.text;
    return element;
  }
}

const SIGNS: Record<ShownState, string> = {
  PENDING: '',
  RUNNING: '▶',
  DONE: '✓',
  FAILED: '✗',
  CUT: '◎',
  SKIPPED: '↷',
};

function markerGutter(
  className: string,
  read: (mark: LineMark) => TextMarker | null,
  spacer: string,
  side: 'before' | 'after',
) {
  return gutter({
    class: className,
    side,
    lineMarker: (view, line) => {
      const mark = view.state.field(field).byFirstLine.get(view.state.doc.lineAt(line.from).number);
      return mark ? read(mark) : null;
    },
    lineMarkerChange: (update) => update.startState.field(field) !== update.state.field(field),
    initialSpacer: () => new TextMarker(spacer, 'spacer'),
  });
}

function emphasis(mark: LineMark): string {
  if (mark.state === 'FAILED') return 'failed';
  if (mark.state === 'CUT') return 'cut';
  return mark.isNow ? 'now' : '';
}

export const scriptMarks: Extension = [
  field,
  scriptMarksTheme,
  markerGutter(
    'status-gutter',
    (m) => (SIGNS[m.state] ? new TextMarker(SIGNS[m.state], `sign ${m.state.toLowerCase()}`) : null),
    '▶',
    'before',
  ),
  markerGutter(
    'started-gutter',
    (m) => (m.started ? new TextMarker(m.started, emphasis(m)) : null),
    '00:00:00',
    'after',
  ),
  markerGutter('took-gutter', (m) => (m.took ? new TextMarker(m.took, emphasis(m)) : null), '00 h 00 m', 'after'),
];
