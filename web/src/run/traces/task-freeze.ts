/** Whether the other tasks of an asyncio loop are frozen while one of them steps. Stored in this browser. */
import type { TraceView } from '@sequencer/model/run-view';
import { ref, watch } from 'vue';
import type { OtherTasks, StepCommand } from '../../gql/graphql.ts';

const KEY = 'sequencer.othersWait';

export const freezeOtherTasks = ref(localStorage.getItem(KEY) === 'yes');
watch(freezeOtherTasks, (wait) => {
  localStorage.setItem(KEY, wait ? 'yes' : 'no');
});

/** The `others` argument of a step command; null for threads and for CONTINUE. */
export function otherTasksDuringStep(trace: Pick<TraceView, 'kind'>, command: StepCommand): OtherTasks | null {
  return freezeOtherTasks.value && trace.kind === 'TASK' && command !== 'CONTINUE' ? 'WAIT' : null;
}
