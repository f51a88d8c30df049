/** The breakpoints of a run as its runner has accepted them, and changing them. Everybody who watches has the same. */
import type { Breakpoint } from '@sequencer/model/events';
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { mutate, useApi } from '../../api/client.ts';
import { SET_BREAKPOINTS } from '../../api/run-control-documents.ts';
import type { Place } from '../data/source-location.ts';
import type { RunModel } from '../data/use-run.ts';
import { asInput, isAt, toggled } from '../breakpoints/breakpoint-text.ts';

export interface RunBreakpoints {
  accepted: ComputedRef<Breakpoint[]>;
  /** Places that were asked for and are not accepted yet. */
  asked: ShallowRef<Place[]>;
  /** The sentence of the last refusal. */
  error: Ref<string | null>;
  toggle: (place: Place) => Promise<void>;
  /** Puts one, in place of what is there. */
  put: (breakpoint: Breakpoint) => Promise<void>;
  remove: (place: Place) => Promise<void>;
}

export function useBreakpoints(id: string, { info, frame, onEvent }: RunModel): RunBreakpoints {
  const api = useApi();
  /** What the server said last, until the run's events say it. */
  const answered = shallowRef<Breakpoint[] | null>(null);
  const asked = shallowRef<Place[]>([]);
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
  function change(place: Place, make: (all: Breakpoint[]) => Breakpoint[]): Promise<void> {
    asked.value = [...asked.value, place];
    last = last.then(async () => {
      const before = eventCount;
      try {
        const breakpoints = make(accepted.value).map(asInput);
        const { setBreakpoints } = await mutate(api, SET_BREAKPOINTS, { run: id, breakpoints });
        if (eventCount === before) answered.value = setBreakpoints;
        error.value = null;
      } catch (reason) {
        error.value = reason instanceof Error ? reason.message : String(reason);
      } finally {
        asked.value = asked.value.filter((p) => p !== place);
      }
    });
    return last;
  }

  return {
    accepted,
    asked,
    error,
    toggle: (place) => change(place, (all) => toggled(all, place)),
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
