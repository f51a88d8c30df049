/** The runs of each telescope that ended in the last hours. Read once, and after that only those that have ended since. */
import { watchThrottled } from '@vueuse/core';
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { query, useApi } from '../api/client.ts';
import { useConnection } from '../api/connection.ts';
import { graphql } from '../gql/index.ts';
import type { TimelineRun } from './timeline-bars.ts';

const TIMELINE = graphql(/* GraphQL */ `
  query Timeline($since: DateTime!, $first: Int!) {
    sequencers {
      name
      lastRuns(since: $since, first: $first) {
        id
        number
        phase
        startedAt
        finishedAt
      }
    }
  }
`);

/** Of one telescope; the newest are kept. */
export const MOST_ENDED = 500;
const EVERY_MS = 60_000;
/** Short runs may end many times a second. */
const AT_MOST_EVERY_MS = 2000;
/** A run can be recorded after its end. */
const OVERLAP_MS = 600_000;

/** @param lastRuns changes when a run has ended */
export function useEndedRuns(
  lastRuns: () => string,
  hours: number,
): Readonly<ShallowRef<ReadonlyMap<string, readonly TimelineRun[]>>> {
  const api = useApi();
  const { serverNow, stale } = useConnection();
  const ended = shallowRef<ReadonlyMap<string, readonly TimelineRun[]>>(new Map());
  let readAt = -Infinity;

  async function read(): Promise<void> {
    const now = serverNow();
    const start = now - hours * 3_600_000;
    const since = new Date(Math.max(start, readAt - OVERLAP_MS)).toISOString();
    const { sequencers } = await query(api, TIMELINE, { since, first: MOST_ENDED });
    readAt = now;
    ended.value = new Map(
      sequencers.map(({ name, lastRuns: newest }) => {
        const known = new Set(newest.map((run) => run.id));
        const older = (ended.value.get(name) ?? []).filter((run) => !known.has(run.id) && endOf(run) >= start);
        return [name, [...newest, ...older].toSorted((a, b) => endOf(b) - endOf(a)).slice(0, MOST_ENDED)];
      }),
    );
  }
  function refresh(): void {
    // If the server is unreachable, the old bars stay; the banner reports it.
    if (!stale.value) read().catch(() => undefined);
  }
  watchThrottled(lastRuns, refresh, { throttle: AT_MOST_EVERY_MS, immediate: true });
  const timer = setInterval(refresh, EVERY_MS);
  onScopeDispose(() => {
    clearInterval(timer);
  });
  return ended;
}

function endOf({ startedAt, finishedAt }: TimelineRun): number {
  return Date.parse(finishedAt ?? startedAt ?? '');
}
