/** Evaluates expressions in the call in focus. The result of a long evaluation arrives as an event. */
import { onScopeDispose } from 'vue';
import { ApiError, mutate, useApi } from '../../api/client.ts';
import { EVALUATE, INTERRUPT_EVALUATION } from '../../api/run-control-documents.ts';
import { useRunPageContext } from '../context/run-page-context.ts';

export interface Evaluated {
  ok: boolean;
  text: string;
}

export interface Evaluator {
  /** Returns the result. Rejects if the server refuses, for example because the trace has resumed. */
  evaluate: (expression: string, options?: { watch: boolean }) => Promise<Evaluated>;
  /** Interrupts the evaluation, and not the script. */
  interrupt: () => Promise<unknown>;
}

export function useEvaluate(): Evaluator {
  const api = useApi();
  const { id, focus, onEvent } = useRunPageContext();
  const waiting = new Map<string, (result: Evaluated) => void>();
  const key = (trace: number, prompt: number, expression: string) => JSON.stringify([trace, prompt, expression]);
  const unsubscribe = onEvent((event) => {
    if (event.type === 'evaluated') waiting.get(key(event.trace, event.prompt, event.expression))?.(event);
  });
  onScopeDispose(unsubscribe);

  function where(): { run: string; trace: number; prompt: number } {
    const { trace, prompt } = focus;
    if (!trace.value || !prompt.value) throw new Error('No trace is stopped.');
    return { run: id, trace: trace.value.id, prompt: prompt.value.number };
  }

  return {
    evaluate: async (expression, { watch } = { watch: false }) => {
      const at = where();
      const pendingKey = key(at.trace, at.prompt, expression);
      const resultEvent = new Promise<Evaluated>((resolve) => waiting.set(pendingKey, resolve));
      try {
        return (await mutate(api, EVALUATE, { ...at, frame: focus.frame.value, expression, watch })).evaluate;
      } catch (error) {
        if (error instanceof ApiError && error.code === 'STILL_EVALUATING') return await resultEvent;
        throw error;
      } finally {
        waiting.delete(pendingKey);
      }
    },
    interrupt: () => mutate(api, INTERRUPT_EVALUATION, where()),
  };
}
