/** Loads a snapshot of a run, folds its events in, and paints at most once per animation frame, but stops immediately. */
import { applyEvent } from '@sequencer/model/fold';
import { restoreView, type RunView } from '@sequencer/model/run-view';
import type { RunEvent } from '@sequencer/model/events';
import { outputPieceOf } from '@sequencer/model/output';
import { computed, onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { ApiError, errorText, follow, query, useApi, useLatest } from '../../api/client.ts';
import { useConnection } from '../../api/connection.ts';
import type { RunQuery, RunStateSubscription } from '../../gql/graphql.ts';
import { newestScript } from './newest-script.ts';
import { OutputLog } from './output-log.ts';
import { toPieces } from './read-output.ts';
import { EVENTS, RUN, RUN_STATE } from './run-documents.ts';

/** The static fields of the run. `script` is its newest version; `scriptVersions` has all of them. */
export type RunInfo = NonNullable<RunQuery['run']>;
export type RunState = RunStateSubscription['run'];

/** What the page paints. A new object for each frame; its members change in place. */
export interface RunFrame {
  view: RunView;
  log: OutputLog;
}

export interface RunModel {
  /** Null until it is loaded. */
  info: ShallowRef<RunInfo | null>;
  /** The current state from the server; null until it is loaded. */
  state: Readonly<Ref<RunState | null>>;
  frame: ShallowRef<RunFrame | null>;
  error: Ref<string | null>;
  retry: () => void;
  /** Calls the listener for each new event after it is folded in. Returns a function that unsubscribes. */
  onEvent: (listener: (event: RunEvent) => void) => () => void;
}

const FIRST_OUTPUT = 2000;
const RETRY_MS = 2000;
/** Most steps stop sooner than this. A frame that shows the trace running would only delay the one with the new line. */
const RESUME_MS = 30;

export function useRun(id: string): RunModel {
  const api = useApi();
  const connection = useConnection();
  const info = shallowRef<RunInfo | null>(null);
  const frame = shallowRef<RunFrame | null>(null);
  const error = ref<string | null>(null);
  const latest = useLatest(RUN_STATE, { id });
  const state = computed(() => latest.value?.run ?? null);
  let unsubscribe: (() => void) | null = null;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let resumeTimer: ReturnType<typeof setTimeout> | undefined;
  let painting = false;
  let changed = false;
  let isDisposed = false;
  const listeners = new Set<(event: RunEvent) => void>();

  function show(): void {
    clearTimeout(resumeTimer);
    resumeTimer = undefined;
    changed = false;
    if (frame.value) frame.value = { ...frame.value };
  }

  function paint(): void {
    changed = true;
    if (painting) return;
    painting = true;
    requestAnimationFrame(() => {
      painting = false;
      if (changed) show();
    });
  }

  function startFrom(run: RunInfo): void {
    unsubscribe?.();
    const view = restoreView(run.view);
    const log = new OutputLog();
    log.moveTo({ pieces: toPieces(run.outputEvents.events), hasMore: run.outputEvents.hasMore });
    const scriptVersions = [{ version: 1, script: run.script }, ...run.scriptVersions];
    info.value = { ...run, script: newestScript(run).script, scriptVersions };
    frame.value = { view, log };
    const variables = {
      run: id,
      // Read at each reconnect, to continue after the last event that was received.
      get after() {
        return view.lastSeq;
      },
    };
    unsubscribe = follow(
      connection,
      EVENTS,
      variables,
      ({ events }) => {
        for (const event of events) {
          if (event.seq <= view.lastSeq) continue;
          const fields = { ...(JSON.parse(event.data) as object), seq: event.seq, at: event.at, type: event.type };
          const typed = fields as unknown as RunEvent;
          const piece = outputPieceOf(typed);
          if (piece) log.append([piece]);
          applyEvent(view, typed);
          if (typed.type === 'script') replaceScript(typed.version, typed.script);
          for (const listener of listeners) listener(typed);
        }
        // A user waits for the stop after a step: its page is made before the next animation frame, not in it.
        if (events.some(({ type }) => type === 'prompt')) show();
        else if (events.some(({ type }) => type === 'resumed')) resumeTimer ??= setTimeout(paint, RESUME_MS);
        else if (events.length > 0 && resumeTimer === undefined) paint();
      },
      (reason) => {
        error.value = errorText(reason);
      },
    );
  }

  function replaceScript(version: number, script: string): void {
    if (!info.value) return;
    info.value = { ...info.value, script, scriptVersions: [...info.value.scriptVersions, { version, script }] };
  }

  async function load(): Promise<void> {
    clearTimeout(retryTimer);
    error.value = null;
    try {
      const { run } = await query(api, RUN, { id, last: FIRST_OUTPUT });
      if (isDisposed) return;
      if (run) startFrom(run);
      else error.value = `Run ${id} does not exist, or retention deleted it.`;
    } catch (reason) {
      error.value = errorText(reason);
      if (!isDisposed && reason instanceof ApiError && ['UNREACHABLE', 'DATABASE_AWAY'].includes(reason.code)) {
        retryTimer = setTimeout(() => void load(), RETRY_MS);
      }
    }
  }

  void load();
  onScopeDispose(() => {
    isDisposed = true;
    clearTimeout(retryTimer);
    clearTimeout(resumeTimer);
    unsubscribe?.();
  });
  return {
    info,
    state,
    frame,
    error,
    retry: () => void load(),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
