/** Whether values may be outdated, because a user has evaluated something since they were read. */
import { onScopeDispose, ref, type Ref } from 'vue';
import { useRunPageContext } from '../context/run-page-context.ts';

const AFTER_EVALUATION_MS = 150;

/** @param read reads the values again; several evaluations in a row cause one call */
export function useStaleValues(read: () => Promise<void>): Readonly<Ref<boolean>> {
  const { onEvent } = useRunPageContext();
  const isStale = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;
  const unsubscribe = onEvent((event) => {
    // Not after a watch, also one of another page: two pages would make each other evaluate for ever.
    if (event.type !== 'evaluated' || event.watch !== false) return;
    isStale.value = true;
    const own = ++latest;
    clearTimeout(timer);
    timer = setTimeout(() => {
      void read().finally(() => {
        if (own === latest) isStale.value = false;
      });
    }, AFTER_EVALUATION_MS);
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    unsubscribe();
  });
  return isStale;
}
