/** A command and the state of its button. */
import { ref, type Ref } from 'vue';
import { errorText } from './client.ts';

export interface Action<A extends unknown[]> {
  pending: Readonly<Ref<boolean>>;
  /** Message of the last failure. */
  error: Ref<string | null>;
  run: (...args: A) => Promise<boolean>;
}

/** A command whose button waits for the server's answer. Another press meanwhile does nothing. */
export function useAction<A extends unknown[]>(action: (...args: A) => Promise<unknown>): Action<A> {
  const pending = ref(false);
  const error = ref<string | null>(null);
  return {
    pending,
    error,
    run: async (...args) => {
      if (pending.value) return false;
      pending.value = true;
      error.value = null;
      try {
        await action(...args);
        return true;
      } catch (reason) {
        error.value = errorText(reason);
        return false;
      } finally {
        pending.value = false;
      }
    },
  };
}
