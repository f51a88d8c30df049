/** The breakpoints of a run as its runner has accepted them, and changing them. Everybody who watches has the same. */
import type { Breakpoint } from '@sequencer/model/events';
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { mutate, useApi } from '../../api/client.ts';
import { SET_BREAKPOINTS } from '../../api/run-control-documents.ts';
import type { SourceLocation } from '../data/source-location.ts';
import type { RunModel } from '../data/use-run.ts';
import { breakpointInput, isAt, toggleBreakpoint } from '../data/breakpoint-list.ts';

export interface RunBreakpoints {
  accepted: ComputedRef<Breakpoint[]>;
  /** Places that were pending for and are not accepted yet. */
  pending: ShallowRef<SourceLocation[]>;
  /** The sentence of the last refusal. */
  error: Ref<string | null>;
  toggle: (place: SourceLocation) => Promise<void>;
  /** Puts one, in place of what is there. */
  put: (breakpoint: Breakpoint) => Promise<void>;
  remove: (place: SourceLocation) => Promise<void>;
}

export function useBreakpoints(id: string, { info, frame, onEvent }: RunModel): RunBreakpoints {
  const api = useApi();
  /** What the server said last, until the run's events say it. */
  const answered = shallowRef<Breakpoint[] | null>(null);
  const pending = shallowRef<SourceLocation[]>([]);
  const error = ref<string | null>(null);
  let eventCount = 0;
  const off = onEvent(({ type }) => {
    if (type !== 'breakpoints') return;
    eventCount += 1;
    answered.value = null;
  });
  onScopeDispose(off);
  const accepted = computed(() => {
    const view = frame.value?.view;
    if (answered.value) return answered.value;
    // A run that waits has no events yet.
    return view && view.startedAt !== null ? view.breakpoints : (info.value?.breakpoints ?? []);
  });

  // One after the other: each change is made to what the one before has left.
  let last = Promise.resolve();
  function change(place: SourceLocation, make: (all: Breakpoint[]) => Breakpoint[]): Promise<void> {
    pending.value = [...pending.value, place];
    last = last.then(async () => {
      const before = eventCount;
      try {
        const breakpoints = make(accepted.value).map(breakpointInput);
        const { setBreakpoints } = await mutate(api, SET_BREAKPOINTS, { run: id, breakpoints });
        if (eventCount === before) answered.value = setBreakpoints;
        error.value = null;
      } catch (reason) {
        error.value = reason instanceof Error ? reason.message : String(reason);
      } finally {
        pending.value = pending.value.filter((p) => p !== place);
      }
    });
    return last;
  }

  return {
    accepted,
    pending,
    error,
    toggle: (place) => change(place, (all) => toggleBreakpoint(all, place)),
    put: (breakpoint) =>
      change(breakpoint, (all) => {
        const rest = all.filter(
          (b) => !isAt(b, { file: breakpoint.file, line: breakpoint.requestedLine ?? breakpoint.line }),
        );
        return [...rest, breakpoint];
      }),
    remove: (place) => change(place, (all) => all.filter((b) => !isAt(b, place))),
  };
}
