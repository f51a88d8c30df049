/** The server's time for the clocks of a run. It stops while no data arrives, and at the end of the run. */
import { computed, ref, watchEffect, type ComputedRef, type Ref } from 'vue';
import type { Connection } from '../../api/connection.ts';
import type { RunState } from './use-run.ts';

export function useRunClock(
  connection: Connection,
  state: Readonly<Ref<RunState | null>>,
  stale: Readonly<Ref<boolean>>,
): ComputedRef<number> {
  const last = ref(connection.serverNow());
  watchEffect(() => {
    if (!stale.value) last.value = connection.now.value;
  });
  return computed(() => {
    const { finishedAt, seenAt, live } = state.value ?? {};
    if (finishedAt) return Date.parse(finishedAt);
    if (stale.value && !live && seenAt) return Math.min(last.value, Date.parse(seenAt));
    return last.value;
  });
}
