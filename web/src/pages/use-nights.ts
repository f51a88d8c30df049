/** The nights at the site of the telescopes. The code that computes them is loaded only if the location is set. */
import { computed, shallowRef, type ComputedRef } from 'vue';
import { query, useApi } from '../api/client.ts';
import { graphql } from '../gql/index.ts';
import type { Night } from './night-shade.ts';

const SITE = graphql(/* GraphQL */ `
  query Site {
    site {
      latitude
      longitude
    }
  }
`);

const HOUR_MS = 3_600_000;

/** @param period in ms since 1970. The nights are computed again each hour, for a longer period */
export function useNights(period: () => { start: number; end: number }): ComputedRef<Night[]> {
  const api = useApi();
  const compute = shallowRef<((from: number, to: number) => Night[]) | null>(null);
  async function load(): Promise<void> {
    // Without a location, there is no shade.
    const site = (await query(api, SITE, {}).catch(() => null))?.site;
    if (!site) return;
    const { nightsBetween } = await import('./night-shade.ts');
    compute.value = (from, to) => nightsBetween(from, to, site);
  }
  void load();
  const from = computed(() => Math.floor(period().start / HOUR_MS) * HOUR_MS);
  const to = computed(() => Math.ceil(period().end / HOUR_MS) * HOUR_MS);
  return computed(() => compute.value?.(from.value, to.value) ?? []);
}
