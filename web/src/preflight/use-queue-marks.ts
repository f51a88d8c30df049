/** The checks of queued runs: one request for all rows of a telescope, shared by their marks, and repeated while one is shown. */
import type { PreflightCheck } from '@sequencer/model/preflight/checks';
import { createSharedComposable, useDebounceFn, useIntervalFn } from '@vueuse/core';
import { shallowRef, type ShallowRef } from 'vue';
import { query, useApi } from '../api/client.ts';
import { MARKED_ROWS } from './marked-rows.ts';
import { QUEUE_PREFLIGHT } from './preflight-documents.ts';

interface QueueMarks {
  /** By run. Without those that were not read. */
  checks: ShallowRef<ReadonlyMap<string, readonly PreflightCheck[]>>;
  /** The queue has changed. */
  refresh: () => void;
}

const REFRESH_MS = 30_000;
/** The rows of a page appear together. */
const SETTLE_MS = 200;

const ofTelescope = new Map<string, (api: ReturnType<typeof useApi>) => QueueMarks>();

export function useQueueMarks(telescope: string): QueueMarks {
  let use = ofTelescope.get(telescope);
  if (!use) {
    use = createSharedComposable((api: ReturnType<typeof useApi>) => makeQueueMarks(api, telescope));
    ofTelescope.set(telescope, use);
  }
  return use(useApi());
}

function makeQueueMarks(api: ReturnType<typeof useApi>, telescope: string): QueueMarks {
  const checks: QueueMarks['checks'] = shallowRef(new Map());
  async function load(): Promise<void> {
    if (document.hidden) return;
    // Without an answer the old marks are no better than none.
    const answer = await query(api, QUEUE_PREFLIGHT, { name: telescope, first: MARKED_ROWS }).catch(() => null);
    checks.value = new Map((answer?.sequencer?.queue ?? []).map(({ id, preflight }) => [id, preflight]));
  }
  const refresh = useDebounceFn(load, SETTLE_MS);
  useIntervalFn(() => void load(), REFRESH_MS);
  return { checks, refresh: () => void refresh() };
}
