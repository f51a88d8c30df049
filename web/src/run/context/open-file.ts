/** The library file that the page shows in place of the script, read only. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { query, useApi } from '../../api/client.ts';
import { SOURCE } from '../../api/run-control-documents.ts';
import { useAction, type Action } from '../../api/use-action.ts';

export interface OpenFile {
  /** Null while the script itself is shown. */
  file: ShallowRef<{ file: string; text: string } | null>;
  /** The line to show. `requestedAt` makes a repeated request for the same line a change. */
  line: Ref<{ line: number; requestedAt: number } | null>;
  open: Action<[file: string, line: number]>;
  /** Like `open`, but rejects on an error, for callers that show it themselves. */
  show: (file: string, line: number) => Promise<void>;
  close: () => void;
}

/** @param isReadOnly the server refuses files to users who may only watch: then nothing opens */
export function useOpenFile(run: string, isReadOnly: () => boolean): OpenFile {
  const api = useApi();
  const file = shallowRef<{ file: string; text: string } | null>(null);
  const line = ref<{ line: number; requestedAt: number } | null>(null);
  const show = async (name: string, at: number): Promise<void> => {
    if (isReadOnly()) return;
    if (file.value?.file !== name) file.value = (await query(api, SOURCE, { run, file: name })).source;
    line.value = { line: at, requestedAt: Date.now() };
  };
  return {
    file,
    line,
    open: useAction(show),
    show,
    close: () => (file.value = null),
  };
}
