import { shallowRef, watch, type ShallowRef } from 'vue';
import { useApi } from '../api/client.ts';
import type { LineTimes } from './line-times.ts';
import { readLineTimes } from './read-line-times.ts';

/** The usual times of the statements of a script, read again when the script changes. Empty without a script. */
export function useLineTimes(target: () => { telescope: string; script: string } | null): ShallowRef<LineTimes> {
  const api = useApi();
  const times = shallowRef<LineTimes>(new Map());
  watch(
    [() => target()?.telescope ?? null, () => target()?.script ?? null],
    async ([telescope, script]) => {
      times.value = new Map();
      if (telescope === null || script === null) return;
      const read = await readLineTimes(api, telescope, script);
      const now = target();
      if (now?.telescope === telescope && now.script === script) times.value = read;
    },
    { immediate: true },
  );
  return times;
}
