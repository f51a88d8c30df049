/** The window of output that the panel shows: of all output, or of what the filter selects. */
import { computed, onScopeDispose, shallowRef, triggerRef, watch, type ComputedRef } from 'vue';
import { useApi } from '../../api/client.ts';
import { useAction } from '../../api/use-action.ts';
import type { OutputFilter } from '../../gql/graphql.ts';
import { OutputLog, type OutputLine } from '../record/output-log.ts';
import { readOutput } from '../record/read-output.ts';
import type { RunFrame } from '../record/use-run.ts';

/** A row instead of lines that are not loaded. */
export interface Edge {
  key: number;
  edge: 'older' | 'newer';
}
export type Row = OutputLine | Edge;

/** A line: the event that started it, and the number of lines that this event started before. */
export interface LinePosition {
  seq: number;
  ordinal: number;
}

export interface Output {
  rows: ComputedRef<Row[]>;
  log: ComputedRef<OutputLog>;
  loading: ComputedRef<boolean>;
  error: ComputedRef<string | null>;
  loadOlder: () => Promise<unknown>;
  loadNewer: () => Promise<unknown>;
  /** Moves the window to the newest output. */
  toEnd: () => Promise<void>;
  /** Moves the window to a line unless it has it. Returns the line, or the last one before it. */
  goTo: (position: LinePosition) => Promise<OutputLine | undefined>;
}

const PAGE = 1000;
const AROUND = 200;
/** Filtered output of a live run is read this often. */
const POLL_MS = 300;

/** @param filter null for all output */
export function useOutput(id: string, frame: () => RunFrame, filter: () => OutputFilter | null): Output {
  const api = useApi();
  const filtered = shallowRef<OutputLog | null>(null);
  /** Repaints what changed outside of the frames of the run. */
  const own = shallowRef({});
  const dependOnChanges = () => [own.value, frame()];
  const log = computed(() => filtered.value ?? frame().log);
  const rows = computed(() => {
    dependOnChanges();
    const { lines, atStart, atEnd } = log.value;
    const all: Row[] = lines.slice();
    if (!atStart && lines[0]) all.unshift({ key: lines[0].key - 1, edge: 'older' });
    if (!atEnd) all.push({ key: (lines.at(-1)?.key ?? 0) + 1, edge: 'newer' });
    return all;
  });

  const older = useAction(async () => {
    const window = log.value;
    if (window.atStart || window.lines.length === 0) return;
    window.prepend(await readOutput(api, id, { before: window.firstSeq, last: PAGE }, filter()));
    triggerRef(own);
  });
  const newer = useAction(async () => {
    const window = log.value;
    if (window.atEnd) return;
    window.appendPage(await readOutput(api, id, { after: window.lastSeq, first: PAGE }, filter()));
    triggerRef(own);
  });

  async function toEnd(window = log.value): Promise<void> {
    window.moveTo(await readOutput(api, id, { last: PAGE }, filter()));
    triggerRef(own);
  }

  async function goTo(position: LinePosition): Promise<OutputLine | undefined> {
    const window = log.value;
    const { seq, ordinal } = position;
    const found = window.find(seq, ordinal);
    if (found) return found;
    const [before, after] = await Promise.all([
      readOutput(api, id, { before: seq + 1, last: AROUND }, filter()),
      readOutput(api, id, { after: seq, first: AROUND }, filter()),
    ]);
    window.moveTo(before, after);
    triggerRef(own);
    return window.find(seq, ordinal) ?? window.lines.findLast((line) => line.seq <= seq) ?? window.lines[0];
  }

  const start = useAction(async () => {
    const window = new OutputLog();
    await toEnd(window);
    filtered.value = window;
  });
  // Of a replay, another moment is another log.
  watch([() => JSON.stringify({ ...filter(), lastSeq: null }), () => frame().log], () => {
    filtered.value = null;
    if (selects(filter())) void start.run();
  });

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => frame().view.lastSeq,
    () => {
      timer ??= setTimeout(() => void poll(), POLL_MS);
    },
  );
  async function poll(): Promise<void> {
    const window = filtered.value;
    try {
      if (!window?.atEnd) return;
      const page = await readOutput(api, id, { after: window.lastSeq, first: PAGE }, filter());
      if (page.pieces.length > 0) window.appendPage(page);
      triggerRef(own);
    } catch {
      // The next event tries again; the banner reports that the server is unreachable.
    } finally {
      timer = undefined;
    }
  }
  onScopeDispose(() => {
    clearTimeout(timer);
  });

  return {
    rows,
    log,
    loading: computed(() => [older, newer, start].some(({ pending }) => pending.value)),
    error: computed(() => older.error.value ?? newer.error.value ?? start.error.value),
    loadOlder: older.run,
    loadNewer: newer.run,
    toEnd: () => toEnd(),
    goTo,
  };
}

/** Whether the filter leaves out output, besides what is later than the moment of a replay. */
export function selects(filter: OutputFilter | null): boolean {
  return filter !== null && [filter.stream, filter.trace, filter.firstLine].some((value) => value !== null);
}
