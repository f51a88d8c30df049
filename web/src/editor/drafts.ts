/** The draft of a script for a telescope, saved in this browser. */
import { useLocalStorage } from '@vueuse/core';
import type { Ref } from 'vue';

export interface Draft {
  title: string;
  script: string;
  /** Lines with a breakpoint. */
  breakpoints?: number[];
  /** The script as last submitted. It is not lost: the record of that run contains it. */
  submitted?: string;
}

export function useDraft(telescope: string): Ref<Draft> {
  return useLocalStorage<Draft>(
    `sequencer.draft.${telescope}`,
    { title: '', script: '' },
    { writeDefaults: false, deep: true },
  );
}

/**
 * Replaces a draft. Requires confirmation if the draft would be lost.
 *
 * @param name of the next script, such as `night.py`
 * @returns whether it was replaced
 */
export function replaceDraft(draft: Ref<Draft>, next: Pick<Draft, 'title' | 'script'>, name: string): boolean {
  const { script, submitted } = draft.value;
  const isLost = script.trim() !== '' && script !== next.script && script !== submitted;
  if (isLost && !confirm(`Replace your draft with ${name}? The draft was not run and will be lost.`)) return false;
  draft.value = next;
  return true;
}
