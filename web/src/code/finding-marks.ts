/** Marks of findings beside their lines, and the commands that go from one to the next. */
import { mdiAlertOutline, mdiCloseThick, mdiInformationVariant } from '@mdi/js';
import { forEachDiagnostic, lintGutter } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import { EditorView, type Command } from '@codemirror/view';

/** Unlike a breakpoint, a mark is no filled shape. */
function mark(path: string, tone: string) {
  const image = `url("data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="${path}"/></svg>`)}")`;
  return {
    content: 'normal',
    width: '14px',
    height: '14px',
    margin: '3px 0',
    background: `var(--${tone})`,
    mask: `${image} center / contain`,
    forcedColorAdjust: 'none',
  };
}

const theme = EditorView.theme({
  '.cm-lint-marker-error': mark(mdiCloseThick, 'failed'),
  '.cm-lint-marker-warning': mark(mdiAlertOutline, 'paused'),
  '.cm-lint-marker-info': mark(mdiInformationVariant, 'muted'),
});

export const findingMarks: Extension = [lintGutter(), theme];

/** Moves the cursor to the next line with a finding, or the previous one; after the last comes the first. */
function goToFinding(direction: 1 | -1): Command {
  return (view) => {
    const { doc, selection } = view.state;
    const firstOfLine = new Map<number, number>();
    forEachDiagnostic(view.state, (_diagnostic, from) => {
      const { number } = doc.lineAt(from);
      firstOfLine.set(number, Math.min(from, firstOfLine.get(number) ?? from));
    });
    const lines = [...firstOfLine.keys()].toSorted((a, b) => (a - b) * direction);
    const current = doc.lineAt(selection.main.head).number;
    const next = lines.find((line) => (line - current) * direction > 0) ?? lines[0];
    if (next === undefined) return false;
    const anchor = firstOfLine.get(next) ?? 0;
    view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'nearest', yMargin: 60 }) });
    return true;
  };
}

export const nextFinding = goToFinding(1);
export const previousFinding = goToFinding(-1);
