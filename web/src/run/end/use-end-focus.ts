/** The controls that had the focus disappear with the run's end: a keyboard then continues where the end is explained. */
import { useRafFn } from '@vueuse/core';
import { watch, type Ref } from 'vue';

/** In ms: longer than a menu takes to disappear. */
const LOST_WITHIN = 1000;

export function useEndFocus(isOpen: Ref<boolean>, focus: () => void): void {
  let end = 0;
  const { pause, resume } = useRafFn(
    () => {
      const isLost = document.activeElement === document.body;
      if (isLost) focus();
      if (isLost || performance.now() - end > LOST_WITHIN) pause();
    },
    { immediate: false },
  );
  watch(isOpen, (open) => {
    if (open) return;
    end = performance.now();
    resume();
  });
}
