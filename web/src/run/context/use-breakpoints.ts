/** The breakpoints of a run as its runner has accepted them, and commands to change them. All viewers share them. */
import type { Breakpoint } from '@sequencer/model/events';
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { errorText, mutate, useApi } from '../../api/client.ts';
import { SET_BREAKPOINTS } from '../../api/run-control-documents.ts';
import type { SourceLocation } from '../record/source-location.ts';
import type { RunModel } from '../record/use-run.ts';
import { breakpointInput, isAt, toggleBreakpoint } from '../record/breakpoint-list.ts';

export interface RunBreakpoints {
  accepted: ComputedRef<Breakpoint[]>;
  /** Locations of changes that are not confirmed yet. */
  pending: ShallowRef<SourceLocation[]>;
  /** Message of the last change that failed. */
  error: Ref<string | null>;
  toggle: (location: SourceLocation) => Promise<void>;
  /** Adds a breakpoint, or replaces the one at its location. */
  put: (breakpoint: Breakpoint) => Promise<void>;
  remove: (location: SourceLocation) => Promise<void>;
}

/** @param isReadOnly then a click beside a line changes nothing */
export function useBreakpoints(
  id: string,
  { info, frame, onEvent }: RunModel,
  isReadOnly: () => boolean,
): RunBreakpoints {
  const api = useApi();
  /** The last reply of the server, until an event of the run replaces it. */
  const lastReply = shallowRef<Breakpoint[] | null>(null);
  const pending = shallowRef<SourceLocation[]>([]);
  const error = ref<string | null>(null);
  let eventCount = 0;
  const unsubscribe = onEvent(({ type }) => {
    if (type !== 'breakpoints') return;
    eventCount += 1;
    lastReply.value = null;
  });
  onScopeDispose(unsubscribe);
  const accepted = computed(() => {
    const view = frame.value?.view;
    if (lastReply.value) return lastReply.value;
    // A queued run has no events yet.
    return view && view.startedAt !== null ? view.breakpoints : (info.value?.breakpoints ?? []);
  });

  // Changes run one after another: each starts from the result of the previous one.
  let lastChange = Promise.resolve();
  function change(location: SourceLocation, make: (all: Breakpoint[]) => Breakpoint[]): Promise<void> {
    pending.value = [...pending.value, location];
    lastChange = lastChange.then(async () => {
      const before = eventCount;
      try {
        const breakpoints = make(accepted.value).map(breakpointInput);
        const { setBreakpoints } = await mutate(api, SET_BREAKPOINTS, { run: id, breakpoints });
        if (eventCount === before) lastReply.value = setBreakpoints;
        error.value = null;
      } catch (reason) {
        error.value = errorText(reason);
      } finally {
        pending.value = pending.value.filter((p) => p !== location);
      }
    });
    return lastChange;
  }

  return {
    accepted,
    pending,
    error,
    toggle: async (location) => {
      if (!isReadOnly()) await change(location, (all) => toggleBreakpoint(all, location));
    },
    put: (breakpoint) =>
      change(breakpoint, (all) => {
        const rest = all.filter(
          (b) => !isAt(b, { file: breakpoint.file, line: breakpoint.requestedLine ?? breakpoint.line }),
        );
        return [...rest, breakpoint];
      }),
    remove: (location) => change(location, (all) => all.filter((b) => !isAt(b, location))),
  };
}
