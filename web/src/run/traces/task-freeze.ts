/** What the other tasks of a loop do while one of them takes a step: remembered in this browser. */
import type { TraceView } from '@sequencer/model/run-view';
import { ref, watch } from 'vue';
import type { Others, StepCommand } from '../../gql/graphql.ts';

const KEY = 'sequencer.othersWait';

export const freezeOtherTasks = ref(localStorage.getItem(KEY) === 'yes');
watch(freezeOtherTasks, (wait) => {
  localStorage.setItem(KEY, wait ? 'yes' : 'no');
});

/** What a step of this trace says of the others; nothing for what is no task, or no step. */
export function otherTasksDuringStep(trace: Pick<TraceView, 'kind'>, command: StepCommand): Others | null {
  return freezeOtherTasks.value && trace.kind === 'TASK' && command !== 'CONTINUE' ? 'WAIT' : null;
}
