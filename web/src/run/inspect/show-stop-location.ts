/** Shows the file of the trace in focus at each new stop: a library file, or the script. */
import { watch } from 'vue';
import { SCRIPT } from '../record/source-location.ts';
import type { Focus } from '../context/focus.ts';
import type { OpenFile } from '../context/open-file.ts';

export function useShowStopLocation(focus: Focus, files: OpenFile): void {
  watch(
    () => focus.prompt.value?.number,
    () => {
      const { prompt, call } = focus;
      if (!prompt.value || !call.value) return;
      // A failure shows its statement in the script. The calls below it are one click away.
      if (call.value.file === SCRIPT || prompt.value.reason === 'failure') files.close();
      else void files.open.run(call.value.file, call.value.line);
    },
  );
}
