/** The rows of the history that are loaded, with the totals of their nights. They survive a visit to a run and back. */
import type { Client } from '@urql/vue';
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { errorText, query } from '../api/client.ts';
import { HISTORY } from '../api/documents.ts';
import type { CountQuery, NightsQuery } from '../gql/graphql.ts';
import { COUNT, NIGHTS } from './history-documents.ts';
import { nightOf, toList, toServer, type HistoryFilter } from './history-filter.ts';
import type { HistoryRun } from './history-row.ts';

export type Night = NightsQuery['nights'][number];

/** What the page shows of one set of filters. */
interface Loaded {
  rows: HistoryRun[] | null;
  /** The cursor of the next page; null at the end. */
  next: string | null;
  count: CountQuery['runs'] | null;
  /** The last nights, for the chart. */
  chart: Night[] | null;
  /** The totals of the nights of the rows, by date. */
  totals: ReadonlyMap<string, Night>;
  /** New runs are those submitted since then. */
  since: string;
}

const PAGE = 100;
const MOST_DATES = 60;
export const NIGHTS_SHOWN = 14;
const NOTHING: Loaded = { rows: null, next: null, count: null, chart: null, totals: new Map(), since: '' };

/** The list that the user left, under the number that its entry of the browser's history has. */
let kept: { number: number; loaded: Loaded; scrollTop: number } | null = null;

/** The time, or directly after the newest of the runs: the server's clock is known only roughly. */
function laterOf(time: string, runs: readonly HistoryRun[]): string {
  const newest = Math.max(...runs.map((run) => Date.parse(run.submittedAt)), 0);
  return Date.parse(time) > newest ? time : new Date(newest + 1).toISOString();
}

export interface HistoryList {
  loaded: Readonly<ShallowRef<Loaded>>;
  /** Number of requests in progress. */
  pending: Readonly<Ref<number>>;
  error: Readonly<Ref<string | null>>;
  /** Number of matching runs that were submitted since the list was loaded. */
  newCount: Readonly<Ref<number>>;
  reload: () => Promise<void>;
  loadMore: () => Promise<void>;
  countNew: () => Promise<void>;
  /** Call when the user leaves the page. */
  keep: (scrollTop: number) => void;
  /** The scroll position of the list that was left, if the user comes back to it. */
  restore: () => number | null;
}

export function useHistoryList(api: Client, filter: HistoryFilter, serverNow: () => number): HistoryList {
  const loaded = shallowRef<Loaded>(NOTHING);
  const pending = ref(0);
  const error = ref<string | null>(null);
  const newCount = ref(0);
  /** Number of the newest list. Answers for older ones are dropped. */
  let generation = 0;

  function update(own: number, change: Partial<Loaded>): void {
    if (own === generation) loaded.value = { ...loaded.value, ...change };
  }

  /** Sets `error` if it fails. Not `useAction`: a newer request does not wait for an older one. */
  async function request(own: number, action: () => Promise<void>): Promise<void> {
    pending.value += 1;
    error.value = null;
    try {
      await action();
    } catch (reason) {
      if (own === generation) error.value = errorText(reason);
    } finally {
      pending.value -= 1;
    }
  }

  async function readPage(own: number, after: string | null): Promise<void> {
    const wanted = { filter: toList(filter), order: filter.order || null, first: PAGE, after };
    const { runs } = await query(api, HISTORY, wanted);
    const rows = runs.edges.map((edge) => edge.node);
    const before = after === null ? [] : (loaded.value.rows ?? []);
    const next = runs.pageInfo.hasNextPage ? (runs.pageInfo.endCursor ?? null) : null;
    update(own, { rows: [...before, ...rows], next, since: laterOf(loaded.value.since, rows) });
    if (filter.order !== 'LONGEST') await readTotals(own, rows);
  }

  async function readTotals(own: number, rows: readonly HistoryRun[]): Promise<void> {
    const dates = [...new Set(rows.map((run) => nightOf(run.submittedAt)))];
    const missing = dates.filter((date) => !loaded.value.totals.has(date));
    for (let i = 0; i < missing.length; i += MOST_DATES) {
      const some = missing.slice(i, i + MOST_DATES);
      const { nights } = await query(api, NIGHTS, { filter: toServer(filter), dates: some });
      update(own, {
        totals: new Map([...loaded.value.totals, ...nights.map((night) => [night.date, night] as const)]),
      });
    }
  }

  async function reload(): Promise<void> {
    const own = ++generation;
    newCount.value = 0;
    const wanted = toServer(filter);
    // The old rows stay until the new ones arrive.
    loaded.value = { ...loaded.value, totals: new Map(), since: new Date(serverNow()).toISOString() };
    await Promise.all([
      request(own, () => readPage(own, null)),
      request(own, async () => {
        update(own, { chart: (await query(api, NIGHTS, { filter: wanted, last: NIGHTS_SHOWN })).nights });
      }),
      request(own, async () => {
        update(own, { count: (await query(api, COUNT, { filter: wanted })).runs });
      }),
    ]);
  }

  let loadingMore = false;
  async function loadMore(): Promise<void> {
    const { next } = loaded.value;
    if (next === null || loadingMore) return;
    loadingMore = true;
    await request(generation, async () => {
      try {
        await readPage(generation, next);
      } finally {
        // Before `pending` changes: the table then requests the next page if its end is still in sight.
        loadingMore = false;
      }
    });
  }

  async function countNew(): Promise<void> {
    const own = generation;
    const { since } = loaded.value;
    if (!since) return;
    const wanted = toServer(filter);
    const from = wanted.from && wanted.from > since ? wanted.from : since;
    const { runs } = await query(api, COUNT, { filter: { ...wanted, from } });
    if (own === generation) newCount.value = runs.totalCount;
  }

  function keep(scrollTop: number): void {
    const number = (kept?.number ?? 0) + 1;
    kept = { number, loaded: loaded.value, scrollTop };
    history.replaceState({ ...history.state, historyList: number }, '');
  }

  function restore(): number | null {
    const { historyList } = (history.state ?? {}) as { historyList?: number };
    if (!kept || historyList !== kept.number) return null;
    loaded.value = kept.loaded;
    return kept.scrollTop;
  }

  return { loaded, pending, error, newCount, reload, loadMore, countNew, keep, restore };
}
