/** An edit of a queued run: saved with the version that it is based on, never over a change of another user. */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { ApiError, mutate, useApi } from '../api/client.ts';
import { useConnection } from '../api/connection.ts';
import { useAction, type Action } from '../api/use-action.ts';
import { readContent, type RunContent } from './add-runs.ts';
import { EDIT_RUN } from './queue-documents.ts';
import { changedFields, limitError, toEdit, toForm, type RunField, type RunForm } from './run-form.ts';
import { resourcesError } from '../editor/resources-input.ts';
import { windowError } from '../editor/window-input.ts';

export interface RunEdit {
  /** What the edit is based on. Null until it is read. */
  base: ShallowRef<RunContent | null>;
  form: Ref<RunForm | null>;
  changed: ComputedRef<RunField[]>;
  /** Why the form cannot be saved. */
  invalid: ComputedRef<string | null>;
  /** The run as another user has changed it since then. */
  theirs: ShallowRef<RunContent | null>;
  /** The run is no longer queued; this is what became of it. */
  ended: ShallowRef<RunContent | null>;
  load: Action<[]>;
  save: Action<[]>;
  /** Continues on top of the change of the other user. */
  rebase: () => void;
  discard: () => void;
}

/**
 * @param isQueued whether the run is in the queue, as the page knows it
 * @param onSaved called with the new version
 */
export function useRunEdit(id: string, isQueued: () => boolean, onSaved: (version: number) => void): RunEdit {
  const api = useApi();
  const { now } = useConnection();
  const base = shallowRef<RunContent | null>(null);
  const form = ref<RunForm | null>(null);
  const theirs = shallowRef<RunContent | null>(null);
  const ended = shallowRef<RunContent | null>(null);

  function startFrom(run: RunContent): void {
    base.value = run;
    form.value = toForm(run);
    theirs.value = null;
  }
  const load = useAction(async () => {
    const run = await readContent(api, id);
    if (run.phase === 'QUEUED') startFrom(run);
    else ended.value = run;
  });
  async function checkEnded(): Promise<void> {
    const run = await readContent(api, id);
    if (run.phase !== 'QUEUED') ended.value = run;
  }
  watch(isQueued, (queued) => {
    if (!queued) void checkEnded().catch(() => undefined);
  });

  const save = useAction(async () => {
    if (!base.value || !form.value) return;
    try {
      const { editRun } = await mutate(api, EDIT_RUN, { id, input: toEdit(base.value, form.value) });
      onSaved(editRun.version);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : '';
      if (code === 'RUN_CHANGED') theirs.value = await readContent(api, id);
      else if (code === 'RUN_STARTED' || code === 'RUN_FINISHED') ended.value = await readContent(api, id);
      else throw error;
    }
  });

  return {
    base,
    form,
    changed: computed(() => (base.value && form.value ? changedFields(toForm(base.value), form.value) : [])),
    invalid: computed(
      () =>
        form.value &&
        (limitError(form.value) ??
          resourcesError(form.value.resources) ??
          windowProblem(form.value, base.value, now.value)),
    ),
    theirs,
    ended,
    load,
    save,
    rebase: () => {
      base.value = theirs.value;
      theirs.value = null;
    },
    discard: () => {
      if (theirs.value ?? base.value) startFrom((theirs.value ?? base.value) as RunContent);
    },
  };
}

/** A window that was not changed is not sent. */
function windowProblem(form: RunForm, base: RunContent | null, now: number): string | null {
  const isSent = base && changedFields(toForm(base), form).some((name) => name === 'notBefore' || name === 'notAfter');
  return isSent ? windowError(form, now) : null;
}
