/** The last lines that a run has printed, read every few seconds. A card shows as many as it has room for. */
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue';
import { query, useApi } from '../api/client.ts';
import { useConnection } from '../api/connection.ts';
import { graphql } from '../gql/index.ts';
import { OutputLog, type OutputLine } from '../run/record/output-log.ts';

const LAST_OUTPUT = graphql(/* GraphQL */ `
  query LastOutput($id: ID!) {
    run(id: $id) {
      outputBefore(last: 20) {
        seq
        stream
        text
        at
      }
    }
  }
`);

const LINES = 12;
const EVERY_MS = 3000;

/** @param run its id, or undefined while no run is active */
export function useLastOutput(run: () => string | undefined): Readonly<ShallowRef<OutputLine[]>> {
  const api = useApi();
  const { stale } = useConnection();
  // Shallow, because a proxy cannot read the private cells of a row.
  const lines = shallowRef<OutputLine[]>([]);

  async function read(id: string): Promise<void> {
    const { run: found } = await query(api, LAST_OUTPUT, { id });
    if (run() !== id) return;
    const log = new OutputLog();
    log.append((found?.outputBefore ?? []).map((piece) => ({ ...piece, trace: null, line: null })));
    lines.value = log.lines.slice(-LINES);
  }
  function refresh(): void {
    const id = run();
    // If the server is unreachable, the old lines stay; the banner reports it.
    if (id !== undefined && !stale.value) read(id).catch(() => undefined);
  }
  watch(
    run,
    () => {
      lines.value = [];
      refresh();
    },
    { immediate: true },
  );
  const timer = setInterval(refresh, EVERY_MS);
  onScopeDispose(() => {
    clearInterval(timer);
  });
  return lines;
}
