/** When the active run is expected to end, and how it keeps to its plan. Read again every few seconds, and at each statement. */
import { useIntervalFn } from '@vueuse/core';
import { shallowRef, watch, type ShallowRef } from 'vue';
import { query, useApi } from '../api/client.ts';
import { graphql } from '../gql/index.ts';
import type { RunForecastQuery } from '../gql/graphql.ts';

const RUN_FORECAST = graphql(/* GraphQL */ `
  query RunForecast($id: ID!) {
    run(id: $id) {
      id
      expectedEnd
      forecast {
        behindSeconds
        regainedAt
        regainedLine
        usualSeconds
        usualBasis
      }
    }
  }
`);

type RunForecast = NonNullable<RunForecastQuery['run']>;

const REFRESH_MS = 10_000;

/**
 * Null until it is known, and while the run is not active.
 *
 * @param statement the index of the running statement
 */
export function useForecast(
  id: () => string,
  isActive: () => boolean,
  statement: () => number | null,
): ShallowRef<RunForecast | null> {
  const api = useApi();
  const forecast = shallowRef<RunForecast | null>(null);
  async function load(): Promise<void> {
    if (!isActive()) {
      forecast.value = null;
      return;
    }
    if (document.hidden) return;
    const [run, at] = [id(), statement()];
    // Without an answer the old estimate is no better than none.
    const answer = await query(api, RUN_FORECAST, { id: run }).catch(() => null);
    // The usual time of the statement before is not that of this one.
    if (run === id() && at === statement()) forecast.value = isActive() ? (answer?.run ?? null) : null;
  }
  useIntervalFn(() => void load(), REFRESH_MS);
  watch(
    [id, isActive, statement],
    () => {
      if (forecast.value) forecast.value = { ...forecast.value, forecast: null };
      void load();
    },
    { immediate: true },
  );
  return forecast;
}
