/** At each new stop the page shows where the trace in focus stands: a file of the library, or the script again. */
import { watch } from 'vue';
import { SCRIPT } from '../data/source-location.ts';
import type { Focus } from '../context/focus.ts';
import type { OpenFile } from '../context/open-file.ts';

export function useShowStopLocation(focus: Focus, files: OpenFile, mayRead: () => boolean): void {
  watch(
    () => focus.prompt.value?.number,
    () => {
      const { prompt, call } = focus;
      if (!prompt.value || !call.value) return;
      // What failed is a statement of the script; the calls below it are one click away.
      if (call.value.file === SCRIPT || prompt.value.reason === 'failure') files.close();
      else if (mayRead()) void files.open.run(call.value.file, call.value.line);
    },
  );
}
