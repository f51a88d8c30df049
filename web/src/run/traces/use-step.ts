/** Steps the trace in focus, at most once at each prompt. */
import { refDebounced } from '@vueuse/core';
import { computed, ref, type ComputedRef, type Ref } from 'vue';
import { errorText, mutate, useApi } from '../../api/client.ts';
import { STEP } from '../../api/documents.ts';
import type { StepCommand } from '../../gql/graphql.ts';
import { useRunPageContext } from '../context/run-page-context.ts';
import { otherTasksDuringStep } from './task-freeze.ts';

/** Most steps stop sooner. To disable the buttons for a moment would flicker, and delay the frame with the new line. */
const SLOW_MS = 100;

export interface Step {
  /** The trace has not yet resumed SLOW_MS after the command. */
  isSlow: ComputedRef<boolean>;
  /** Message of the last failure. */
  error: Ref<string | null>;
  /** @param line for UNTIL: the line to run to */
  run: (command: StepCommand, line?: number | null) => Promise<void>;
}

export function useStep(): Step {
  const api = useApi();
  const { id, focus } = useRunPageContext();
  /** The prompt at which the last step was sent. */
  const sentAt = ref<number | null>(null);
  const error = ref<string | null>(null);
  const isSent = computed(() => sentAt.value !== null && sentAt.value === focus.prompt.value?.number);
  const wasSent = refDebounced(isSent, SLOW_MS);

  return {
    isSlow: computed(() => wasSent.value && isSent.value),
    error,
    run: async (command, line = null) => {
      const { value: trace } = focus.trace;
      if (!trace?.prompt || isSent.value) return;
      const prompt = trace.prompt.number;
      sentAt.value = prompt;
      error.value = null;
      if (command !== 'CONTINUE') focus.markStepping();
      const others = otherTasksDuringStep(trace, command);
      try {
        await mutate(api, STEP, { run: id, trace: trace.id, prompt, command, line, others });
      } catch (reason) {
        error.value = errorText(reason);
        if (sentAt.value === prompt) sentAt.value = null;
      }
    },
  };
}
