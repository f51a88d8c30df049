/** Evaluating in the call in focus. What takes long goes on, and its result comes as an event. */
import { onScopeDispose } from 'vue';
import { ApiError, mutate, useApi } from '../../api/client.ts';
import { EVALUATE, INTERRUPT_EVALUATION } from '../../api/run-control-documents.ts';
import { useRunPageContext } from '../context/run-page-context.ts';

export interface Evaluated {
  ok: boolean;
  text: string;
}

export interface Evaluator {
  /** What came of it. Throws what the server refuses, also when the trace has gone on. */
  evaluate: (expression: string) => Promise<Evaluated>;
  /** Ends what is being evaluated, and nothing else. */
  interrupt: () => Promise<unknown>;
}

export function useEvaluate(): Evaluator {
  const api = useApi();
  const { id, focus, onEvent } = useRunPageContext();
  const waiting = new Map<string, (result: Evaluated) => void>();
  const key = (trace: number, prompt: number, expression: string) => JSON.stringify([trace, prompt, expression]);
  const off = onEvent((event) => {
    if (event.type === 'evaluated') waiting.get(key(event.trace, event.prompt, event.expression))?.(event);
  });
  onScopeDispose(off);

  function where(): { run: string; trace: number; prompt: number } {
    const { trace, prompt } = focus;
    if (!trace.value || !prompt.value) throw new Error('No trace is stopped.');
    return { run: id, trace: trace.value.id, prompt: prompt.value.number };
  }

  return {
    evaluate: async (expression) => {
      const at = where();
      const own = key(at.trace, at.prompt, expression);
      const told = new Promise<Evaluated>((resolve) => waiting.set(own, resolve));
      try {
        return (await mutate(api, EVALUATE, { ...at, frame: focus.frame.value, expression })).evaluate;
      } catch (error) {
        if (error instanceof ApiError && error.code === 'STILL_EVALUATING') return await told;
        throw error;
      } finally {
        waiting.delete(own);
      }
    },
    interrupt: () => mutate(api, INTERRUPT_EVALUATION, where()),
  };
}
