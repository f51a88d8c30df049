/** The events of a run in words, oldest first. New ones are added while the run writes them. */
import type { RunEvent } from '@sequencer/model/events';
import { onMounted, onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { useApi } from '../../api/client.ts';
import { useAction, type Action } from '../../api/use-action.ts';
import { readEvents } from '../record/record-pages.ts';
import { kindOf } from './event-kinds.ts';
import { eventText } from './event-text.ts';

export interface EventRow {
  event: RunEvent;
  kind: string;
  text: string;
}

/** Number of events kept. The record to download has all. */
export const MAX_EVENTS = 20_000;
const PAGE = 1000;
/** New events are read this often. */
const POLL_MS = 500;

export function useEvents(
  run: string,
  types: readonly string[],
  lastSeq: () => number,
): { rows: ShallowRef<readonly EventRow[]>; load: Action<[]> } {
  const api = useApi();
  const rows = shallowRef<readonly EventRow[]>([]);
  let after = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const load = useAction(async () => {
    for (;;) {
      const page = await readEvents(api, run, after, types, PAGE);
      const added = page.map(({ seq, type, at, data }) => {
        const event = { ...(JSON.parse(data) as object), seq, at, type } as unknown as RunEvent;
        return { event, kind: kindOf(type), text: eventText(event) };
      });
      rows.value = [...rows.value, ...added].slice(-MAX_EVENTS);
      after = page.at(-1)?.seq ?? after;
      if (page.length < PAGE) return;
    }
  });
  onMounted(() => load.run());
  watch(lastSeq, () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void load.run();
    }, POLL_MS);
  });
  onScopeDispose(() => {
    clearTimeout(timer);
  });
  return { rows, load };
}
