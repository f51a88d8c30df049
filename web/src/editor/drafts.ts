/** The script that somebody writes for a telescope, kept in this browser. */
import { useLocalStorage } from '@vueuse/core';
import type { Ref } from 'vue';

export interface Draft {
  title: string;
  script: string;
  /** Lines to stop at. */
  breakpoints?: number[];
}

export function useDraft(telescope: string): Ref<Draft> {
  return useLocalStorage<Draft>(
    `sequencer.draft.${telescope}`,
    { title: '', script: '' },
    { writeDefaults: false, deep: true },
  );
}
