/** The server's time for the clocks of a run. While no data arrives it is the time of the last data; it stops at the end. */
import { computed, type ComputedRef, type Ref } from 'vue';
import type { Connection } from '../../api/connection.ts';
import type { RunState } from './use-run.ts';

export function useRunClock(
  connection: Connection,
  state: Readonly<Ref<RunState | null>>,
  stale: Readonly<Ref<boolean>>,
): ComputedRef<number> {
  return computed(() => {
    const { finishedAt, seenAt, live } = state.value ?? {};
    if (finishedAt) return Date.parse(finishedAt);
    if (!stale.value) return connection.now.value;
    const lastMessage = connection.lastMessageAt.value ?? connection.now.value;
    return live || !seenAt ? lastMessage : Math.min(lastMessage, Date.parse(seenAt));
  });
}
