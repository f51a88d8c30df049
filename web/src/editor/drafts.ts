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

/** Whether the draft is in no record and would be lost if the next script replaced it. */
export function wouldBeLost({ script, submitted }: Draft, next: Draft): boolean {
  return script.trim() !== '' && script !== next.script && script !== submitted;
}
