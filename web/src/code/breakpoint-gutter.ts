/** The breakpoint gutter of the editor and of the run page. The marks move with the text. */
import { Prec, RangeSet, StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import { EditorView, GutterMarker, gutter } from '@codemirror/view';

export type BreakpointKind = 'plain' | 'conditional' | 'log' | 'off' | 'problem' | 'pending';

export interface BreakpointMark {
  /** From 1. */
  line: number;
  kind: BreakpointKind;
  title: string;
}

export const setBreakpointMarks = StateEffect.define<readonly BreakpointMark[]>();

class DotMarker extends GutterMarker {
  readonly kind: BreakpointKind;
  readonly title: string;

  constructor(kind: BreakpointKind, title: string) {
    super();
    this.kind = kind;
    this.title = title;
  }

  override eq(other: DotMarker): boolean {
    return other.kind === this.kind && other.title === this.title;
  }

  override toDOM(): HTMLElement {
    const dot = document.createElement('span');
    dot.className = `breakpoint ${this.kind}`;
    dot.title = this.title;
    return dot;
  }
}

function draw(state: EditorState, marks: readonly BreakpointMark[]): RangeSet<DotMarker> {
  const ranges = marks
    .filter((m) => m.line <= state.doc.lines)
    .map((m) => new DotMarker(m.kind, m.title).range(state.doc.line(m.line).from));
  return RangeSet.of(ranges, true);
}

const field = StateField.define<RangeSet<DotMarker>>({
  create: () => RangeSet.empty,
  update: (set, transaction) => {
    const effect = transaction.effects.find((e) => e.is(setBreakpointMarks));
    return effect ? draw(transaction.state, effect.value) : set.map(transaction.changes);
  },
});

/** The current line of each mark, in order. */
export function markedLines(state: EditorState): number[] {
  const lines: number[] = [];
  const cursor = state.field(field).iter();
  while (cursor.value) {
    lines.push(state.doc.lineAt(cursor.from).number);
    cursor.next();
  }
  return lines;
}

const theme = EditorView.theme({
  '.breakpoint-gutter': { width: '20px', cursor: 'pointer' },
  '.breakpoint-gutter .cm-gutterElement': { display: 'grid', placeItems: 'center' },
  '.breakpoint-gutter .cm-gutterElement:not(:has(.breakpoint)):hover::after': {
    content: '""',
    width: '10px',
    height: '10px',
    borderRadius: '50%',
    background: 'color-mix(in srgb, var(--failed) 35%, transparent)',
  },
  '.breakpoint': {
    display: 'block',
    width: '12px',
    height: '12px',
    borderRadius: '50%',
    border: '2px solid var(--failed)',
    background: 'var(--failed)',
  },
  '.breakpoint.conditional': { borderRadius: '3px', transform: 'rotate(45deg) scale(0.85)' },
  '.breakpoint.log': { borderRadius: '2px', borderColor: 'var(--paused)', background: 'var(--paused)' },
  '.breakpoint.off': { borderColor: 'var(--muted)', background: 'transparent' },
  '.breakpoint.pending': { background: 'transparent', borderStyle: 'dotted' },
  '.breakpoint.problem': { background: 'transparent', borderRadius: '3px' },
});

export function breakpointGutter(toggle: (line: number) => void): Extension {
  return Prec.high([
    field,
    theme,
    gutter({
      class: 'breakpoint-gutter',
      renderEmptyElements: true,
      markers: (view) => view.state.field(field),
      initialSpacer: () => new DotMarker('off', ''),
      domEventHandlers: {
        mousedown: (view, block, event) => {
          if ((event as MouseEvent).button !== 0) return false;
          toggle(view.state.doc.lineAt(block.from).number);
          return true;
        },
      },
    }),
  ]);
}
