/** What users have evaluated in this run, from its record: also before this page was opened, and on other pages. */
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue';
import { useApi } from '../../api/client.ts';
import { useAction, type Action } from '../../api/use-action.ts';
import { readEvents } from '../record/record-pages.ts';
import { useRunPageContext } from '../context/run-page-context.ts';

const MAX_SHOWN = 100;
const PAGE = 1000;

/** An event `evaluated`. */
export interface Evaluation {
  seq: number;
  expression: string;
  ok: boolean;
  text: string;
  by: string;
  watch?: boolean | undefined;
}

export interface Evaluations {
  /** Oldest first. */
  shown: ShallowRef<readonly Evaluation[]>;
  load: Action<[]>;
}

export function useEvaluations(): Evaluations {
  const api = useApi();
  const { id, onEvent } = useRunPageContext();
  const shown = shallowRef<readonly Evaluation[]>([]);

  function add(more: readonly Evaluation[]): void {
    const bySeq = new Map([...shown.value, ...more.filter((e) => !e.watch)].map((e) => [e.seq, e]));
    shown.value = [...bySeq.values()].toSorted((a, b) => a.seq - b.seq).slice(-MAX_SHOWN);
  }
  const unsubscribe = onEvent((event) => {
    if (event.type === 'evaluated') add([event]);
  });
  onScopeDispose(unsubscribe);
  const load = useAction(async () => {
    for (let after = 0; ;) {
      const page = await readEvents(api, id, after, ['evaluated'], PAGE);
      add(page.map(({ seq, data }) => ({ ...(JSON.parse(data) as Omit<Evaluation, 'seq'>), seq })));
      if (page.length < PAGE) return;
      after = page.at(-1)?.seq ?? after;
    }
  });
  void load.run();
  return { shown, load };
}
