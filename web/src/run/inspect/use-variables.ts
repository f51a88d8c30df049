/** Loads variables of the call in focus, or the members of one, in pages and only when they are shown. */
import type { Variable } from '@sequencer/model/events';
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { errorText, query, useApi } from '../../api/client.ts';
import { VARIABLES } from '../../api/run-control-documents.ts';
import type { VariableScope } from '../../gql/graphql.ts';
import { useRunPageContext } from '../context/run-page-context.ts';

export interface Variables {
  rows: ShallowRef<readonly Variable[] | null>;
  total: Ref<number>;
  error: Ref<string | null>;
  more: () => Promise<void>;
}

const AFTER_EVALUATION_MS = 150;

export function useVariables(scope: Readonly<Ref<VariableScope>>, path: readonly string[]): Variables {
  const api = useApi();
  const { id, focus, onEvent } = useRunPageContext();
  const rows = shallowRef<readonly Variable[] | null>(null);
  const total = ref(0);
  const error = ref<string | null>(null);
  let latestRead = 0;

  async function read(after: number): Promise<void> {
    const { trace, prompt, frame } = focus;
    if (!trace.value || !prompt.value) return;
    const thisRead = ++latestRead;
    const where = { run: id, trace: trace.value.id, prompt: prompt.value.number, frame: frame.value };
    try {
      const page = await query(api, VARIABLES, { ...where, scope: scope.value, path: [...path], after });
      // The trace has moved on, so that this reply is outdated.
      if (thisRead !== latestRead) return;
      rows.value = [...(after === 0 ? [] : (rows.value ?? [])), ...page.variables.variables];
      total.value = page.variables.total;
      error.value = null;
    } catch (reason) {
      if (thisRead === latestRead) error.value = errorText(reason);
    }
  }

  watch([() => focus.prompt.value?.number, focus.frame, scope], () => read(0), { immediate: true });
  // An evaluation may have changed any variable. Several in a row cause one reload.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const unsubscribe = onEvent((event) => {
    if (event.type !== 'evaluated' || event.trace !== focus.trace.value?.id) return;
    clearTimeout(timer);
    timer = setTimeout(() => void read(0), AFTER_EVALUATION_MS);
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    unsubscribe();
  });
  return { rows, total, error, more: () => read(rows.value?.length ?? 0) };
}
