/** Somebody's draft of what has not run: kept in this browser, whatever others do and however the run goes on. */
import { StorageSerializers, useLocalStorage } from '@vueuse/core';
import { computed, type ComputedRef, type Ref } from 'vue';
import type { RunFrame, RunInfo } from '../data/use-run.ts';
import { firstEditableLine, lineThatHasRun, withNewline } from './editable-lines.ts';

export interface Remaining {
  draft: Ref<string>;
  /** The script as it is now. */
  current: ComputedRef<string>;
  firstEditable: ComputedRef<number>;
  isChanged: ComputedRef<boolean>;
  /** A changed line that the run has got past. */
  passed: ComputedRef<number | null>;
  /** Who replaced the script since the draft was begun. */
  replacedBy: ComputedRef<string | null>;
  forget: () => void;
}

interface Kept {
  version: number;
  script: string;
}

export function useRemainingDraft(info: Readonly<Ref<RunInfo>>, frame: Readonly<Ref<RunFrame>>): Remaining {
  const versions = computed(() => frame.value.view.versions.slice());
  const newest = () => versions.value.at(-1)?.version ?? 1;
  const current = computed(() => withNewline(info.value.script));
  const kept = useLocalStorage<Kept | null>(`sequencer.remaining.${info.value.id}`, null, {
    serializer: StorageSerializers.object,
  });
  const begun = { version: newest(), script: current.value };
  const draft = computed({
    get: () => (kept.value ?? begun).script,
    set: (script) => {
      if (script !== draft.value) kept.value = { version: (kept.value ?? begun).version, script };
    },
  });
  // A copy: the view is changed in place, and what depends on it has to notice.
  const firstEditable = computed(() => firstEditableLine({ ...frame.value.view }));
  return {
    draft,
    current,
    firstEditable,
    isChanged: computed(() => draft.value !== current.value),
    passed: computed(() => lineThatHasRun(current.value, draft.value, firstEditable.value)),
    replacedBy: computed(() => {
      const last = versions.value.at(-1);
      return last && last.version > (kept.value ?? begun).version ? last.by : null;
    }),
    forget: () => (kept.value = null),
  };
}
