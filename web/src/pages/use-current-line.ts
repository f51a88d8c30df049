/** The text of the line that a run executes. The script is read once, and again after it was replaced. */
import { computed, shallowRef, watch, type ComputedRef } from 'vue';
import { query, useApi } from '../api/client.ts';
import { SCRIPT } from '../api/documents.ts';
import type { SequencerSummary } from '../api/sequencers.ts';
import { useConnection } from '../api/connection.ts';
import { visible } from '../lib/invisible-characters.ts';
import { scriptLines } from '../lib/script-lines.ts';
import { newestScript } from '../run/record/newest-script.ts';

export function useCurrentLine(run: () => SequencerSummary['activeRun']): ComputedRef<string> {
  const api = useApi();
  const { stale } = useConnection();
  const source = shallowRef<{ run: string; version: number; lines: string[] } | null>(null);

  async function read(id: string): Promise<void> {
    const { run: found } = await query(api, SCRIPT, { id });
    if (!found) return;
    const { version, script } = newestScript(found);
    source.value = { run: id, version, lines: scriptLines(script) };
  }
  // Separate sources: a getter of an array would count as changed with each state of the sequencer.
  watch(
    [() => run()?.id, () => run()?.scriptVersion, stale],
    ([id, version]) => {
      const isKnown = source.value?.run === id && source.value?.version === version;
      // If the server is unreachable, the text is missing until it answers again.
      if (id !== undefined && !stale.value && !isKnown) read(id).catch(() => undefined);
    },
    { immediate: true },
  );
  return computed(() => {
    const { id, scriptVersion, position } = run() ?? {};
    const shown = source.value;
    // In another version of the script, the number may be of another line.
    if (!shown || !position?.line || shown.run !== id || shown.version !== scriptVersion) return '';
    return visible(shown.lines[position.line - 1]?.trim() ?? '');
  });
}
