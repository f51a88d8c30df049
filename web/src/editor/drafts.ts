/** The script that somebody writes for a telescope, kept in this browser. */
import { useLocalStorage } from '@vueuse/core';
import type { Ref } from 'vue';

export interface Draft {
  title: string;
  script: string;
  /** Lines to stop at. */
  breakpoints?: number[];
  /** The script as it was submitted last: the record of that run has it. */
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
 * Puts another script in place of a draft. Asks first when the draft would be lost.
 *
 * @param what a name for it, such as `night.py`
 * @returns whether it was replaced
 */
export function replaceDraft(draft: Ref<Draft>, next: Pick<Draft, 'title' | 'script'>, what: string): boolean {
  const { script, submitted } = draft.value;
  const isLost = script.trim() !== '' && script !== next.script && script !== submitted;
  if (isLost && !confirm(`Replace your draft with ${what}? The draft was not run and will be lost.`)) return false;
  draft.value = next;
  return true;
}
