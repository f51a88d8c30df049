/** Loads variables of the call in focus, or the members of one, in pages and only when they are shown. */
import type { Variable } from '@sequencer/model/events';
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { errorText, query, useApi } from '../../api/client.ts';
import { VARIABLES } from '../../api/run-control-documents.ts';
import type { VariableScope } from '../../gql/graphql.ts';
import { useRunPageContext } from '../context/run-page-context.ts';
import { useStaleValues } from './use-stale-values.ts';

export interface Variables {
  /** Null until they are read. */
  rows: ShallowRef<readonly Variable[] | null>;
  /** Where and when the rows were read: the call and scope, and the prompt. */
  source: ShallowRef<{ call: readonly unknown[]; prompt: number } | null>;
  total: Ref<number>;
  error: Ref<string | null>;
  more: () => Promise<void>;
  /** A user has evaluated something since the rows were read. */
  isStale: Readonly<Ref<boolean>>;
}

export function useVariables(scope: Readonly<Ref<VariableScope>>, path: readonly string[]): Variables {
  const api = useApi();
  const { id, focus } = useRunPageContext();
  const rows = shallowRef<readonly Variable[] | null>(null);
  const source = shallowRef<{ call: readonly unknown[]; prompt: number } | null>(null);
  const total = ref(0);
  const error = ref<string | null>(null);
  let latestRead = 0;

  async function read(after: number): Promise<void> {
    const { trace, prompt, frame, call } = focus;
    if (!trace.value || !prompt.value) return;
    const thisRead = ++latestRead;
    const readAt = {
      call: [trace.value.id, call.value?.file, call.value?.function, scope.value],
      prompt: prompt.value.number,
    };
    const where = { run: id, trace: trace.value.id, prompt: prompt.value.number, frame: frame.value };
    try {
      const page = await query(api, VARIABLES, { ...where, scope: scope.value, path: [...path], after });
      // The trace has moved on, so that this reply is outdated.
      if (thisRead !== latestRead) return;
      rows.value = [...(after === 0 ? [] : (rows.value ?? [])), ...page.variables.variables];
      source.value = readAt;
      total.value = page.variables.total;
      error.value = null;
    } catch (reason) {
      if (thisRead === latestRead) error.value = errorText(reason);
    }
  }

  watch([() => focus.prompt.value?.number, focus.frame, scope], () => read(0), { immediate: true });
  const isStale = useStaleValues(() => read(0));
  return { rows, source, total, error, isStale, more: () => read(rows.value?.length ?? 0) };
}
