/** When the runs of a telescope are expected to start and end: estimates, read again every few seconds. */
import { useIntervalFn } from '@vueuse/core';
import { inject, provide, shallowRef, watch, type InjectionKey, type ShallowRef } from 'vue';
import { query, useApi } from '../api/client.ts';
import type { SequencerSummary } from '../api/sequencers.ts';
import { graphql } from '../gql/index.ts';

const PLAN_TIMES = graphql(/* GraphQL */ `
  query PlanTimes($name: String!) {
    sequencer(name: $name) {
      activeRun {
        id
        expectedStart
        expectedEnd
      }
      queue {
        id
        expectedStart
        expectedEnd
      }
    }
  }
`);

/** Null: unknown. */
export interface ExpectedTimes {
  start: string | null;
  end: string | null;
}

/** By run. Without those that were not read yet. */
export type PlanTimes = ReadonlyMap<string, ExpectedTimes>;

const REFRESH_MS = 10_000;
const planTimesKey: InjectionKey<ShallowRef<PlanTimes>> = Symbol('plan times');

/** The times for the components below. Read again when the queue changes. */
export function providePlanTimes(sequencer: () => SequencerSummary | null): ShallowRef<PlanTimes> {
  const api = useApi();
  const times = shallowRef<PlanTimes>(new Map());
  async function load(): Promise<void> {
    const name = sequencer()?.name;
    if (name === undefined || document.hidden) return;
    // Without an answer the old estimates are no better than none.
    const answer = await query(api, PLAN_TIMES, { name }).catch(() => null);
    if (name !== sequencer()?.name) return;
    const { activeRun, queue = [] } = answer?.sequencer ?? {};
    times.value = new Map(
      [...(activeRun ? [activeRun] : []), ...queue].map(({ id, expectedStart, expectedEnd }) => [
        id,
        { start: expectedStart ?? null, end: expectedEnd ?? null },
      ]),
    );
  }
  useIntervalFn(() => void load(), REFRESH_MS);
  watch(
    () =>
      [
        sequencer()?.name,
        sequencer()?.mode,
        sequencer()?.activeRun?.id,
        ...(sequencer()?.queue ?? []).map(({ id }) => id),
      ].join(),
    () => void load(),
    { immediate: true },
  );
  provide(planTimesKey, times);
  return times;
}

const NONE = shallowRef<PlanTimes>(new Map());

export function useInjectedPlanTimes(): ShallowRef<PlanTimes> {
  return inject(planTimesKey, NONE);
}
