/** The planned runs of all telescopes: estimates, read again twice a minute and when a queue changes. */
import { useIntervalFn, watchThrottled } from '@vueuse/core';
import { shallowRef, type ShallowRef } from 'vue';
import { query, useApi } from '../api/client.ts';
import { graphql } from '../gql/index.ts';
import type { PlannedRun } from './timeline-bars.ts';

const PLANNED_RUNS = graphql(/* GraphQL */ `
  query PlannedRuns {
    sequencers {
      name
      activeRun {
        id
        number
        expectedStart
        expectedEnd
      }
      queue {
        id
        number
        expectedStart
        expectedEnd
      }
    }
  }
`);

const REFRESH_MS = 30_000;
/** Short runs may start and end many times a second. */
const AT_MOST_EVERY_MS = 2000;

/** @param version changes when the plan may have changed */
export function usePlannedRuns(version: () => string): ShallowRef<ReadonlyMap<string, PlannedRun[]>> {
  const api = useApi();
  const planned = shallowRef<ReadonlyMap<string, PlannedRun[]>>(new Map());
  async function load(): Promise<void> {
    if (document.hidden) return;
    // Without an answer nothing is planned: old estimates would be wrong.
    const answer = await query(api, PLANNED_RUNS, {}).catch(() => null);
    const rows = (answer?.sequencers ?? []).map(({ name, activeRun, queue }): [string, PlannedRun[]] => [
      name,
      // How long an active run of unknown length takes is not drawn: its bar grows.
      [...(activeRun?.expectedEnd ? [activeRun] : []), ...queue].flatMap(
        ({ id, number, expectedStart, expectedEnd }) =>
          expectedStart
            ? [{ id, number, start: Date.parse(expectedStart), end: expectedEnd ? Date.parse(expectedEnd) : null }]
            : [],
      ),
    ]);
    planned.value = new Map(rows);
  }
  useIntervalFn(() => void load(), REFRESH_MS);
  watchThrottled(version, () => void load(), { throttle: AT_MOST_EVERY_MS, immediate: true });
  return planned;
}
