/** A command with its button's state. */
import { ref, type Ref } from 'vue';

export interface Action<A extends unknown[]> {
  pending: Readonly<Ref<boolean>>;
  /** The sentence of the last refusal. */
  error: Ref<string | null>;
  run: (...args: A) => Promise<boolean>;
}

/** A command whose button waits for the server's word; a second press meanwhile does nothing. */
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
        error.value = reason instanceof Error ? reason.message : String(reason);
        return false;
      } finally {
        pending.value = false;
      }
    },
  };
}
