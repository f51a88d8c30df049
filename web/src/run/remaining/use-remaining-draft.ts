/** The user's draft of the remaining statements. Stored in this browser: neither other users nor the run discard it. */
import { StorageSerializers, useLocalStorage } from '@vueuse/core';
import { computed, type ComputedRef, type Ref } from 'vue';
import type { RunFrame, RunInfo } from '../record/use-run.ts';
import { firstEditableLine, lineThatHasRun, withNewline } from './editable-lines.ts';

export interface RemainingDraft {
  draft: Ref<string>;
  /** The script as it is now. */
  current: ComputedRef<string>;
  firstEditable: ComputedRef<number>;
  isChanged: ComputedRef<boolean>;
  /** A changed line that has run meanwhile. */
  passed: ComputedRef<number | null>;
  /** The user who replaced the script since the draft was started. */
  replacedBy: ComputedRef<string | null>;
  discard: () => void;
}

interface StoredDraft {
  version: number;
  script: string;
}

export function useRemainingDraft(info: Readonly<Ref<RunInfo>>, frame: Readonly<Ref<RunFrame>>): RemainingDraft {
  const versions = computed(() => frame.value.view.versions.slice());
  const newest = () => versions.value.at(-1)?.version ?? 1;
  const current = computed(() => withNewline(info.value.script));
  const stored = useLocalStorage<StoredDraft | null>(`sequencer.remaining.${info.value.id}`, null, {
    serializer: StorageSerializers.object,
  });
  const initial = { version: newest(), script: current.value };
  const draft = computed({
    get: () => (stored.value ?? initial).script,
    set: (script) => {
      if (script !== draft.value) stored.value = { version: (stored.value ?? initial).version, script };
    },
  });
  // A copy: the view changes in place, which Vue would not notice.
  const firstEditable = computed(() => firstEditableLine({ ...frame.value.view }));
  return {
    draft,
    current,
    firstEditable,
    isChanged: computed(() => draft.value !== current.value),
    passed: computed(() => lineThatHasRun(current.value, draft.value, firstEditable.value)),
    replacedBy: computed(() => {
      const last = versions.value.at(-1);
      return last && last.version > (stored.value ?? initial).version ? last.by : null;
    }),
    discard: () => (stored.value = null),
  };
}
