/** Looks of the marks that `script-marks.ts` draws. */
import { Prec } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

const tint = (tone: string, percent: number) =>
  `color-mix(in srgb, var(--${tone}) ${String(percent)}%, var(--surface))`;

const hidden = { display: 'none !important' };

export const scriptMarksTheme = Prec.high(
  EditorView.theme({
    // Room for the headings of the time columns.
    '.cm-scroller': { scrollbarWidth: 'thin', paddingTop: '20px' },

    '.trace-line': { background: tint('muted', 14) },
    '.running-line': { background: tint('tone', 18) },
    '.running-line.first': { boxShadow: 'inset 0 1px var(--tone)' },
    '.running-line.last': { boxShadow: 'inset 0 -1px var(--tone)' },
    '.running-line.first.last': { boxShadow: 'inset 0 1px var(--tone), inset 0 -1px var(--tone)' },
    // A statement that calls the line where its trace is stopped.
    '.running-line.calling': { background: tint('tone', 8) },
    '.stopped-line.stopped-line': {
      background: tint('paused', 20),
      boxShadow: 'inset 0 1px var(--paused), inset 0 -1px var(--paused)',
    },
    '.failed-line.failed-line': { background: tint('failed', 16) },
    '.failure-note': {
      marginLeft: '14px',
      color: 'var(--failed)',
      fontFamily: "'Inter Variable', system-ui, sans-serif",
    },
    '.trace-tag': { marginLeft: '12px', fontSize: '11px' },

    '.status-gutter': { width: '18px', textAlign: 'center', color: 'var(--muted)' },
    '.started-gutter, .took-gutter': {
      width: '84px',
      padding: '0 10px',
      textAlign: 'right',
      fontSize: '12px',
      color: 'var(--muted)',
    },
    '.cm-gutters-after': { borderLeft: '1px solid var(--border)' },
    '.now, .failed, .cut': { fontWeight: '700' },
    '.now, .sign.running': { color: 'var(--running)' },
    '.failed': { color: 'var(--failed)' },
    '.sign.cut': { color: 'var(--interrupted)' },
    // Folded to one column, then to none: ScriptView.vue folds the headings.
    '@media (width < 900px)': { '.started-gutter': hidden },
    '@container (width < 560px)': { '.started-gutter': hidden },
    '@container (width < 480px)': { '.cm-gutters-after': hidden },
  }),
);
