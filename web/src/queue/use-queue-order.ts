/** The order of a queue as the page shows it, and the moves in it. */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue';
import { mutate, useApi } from '../api/client.ts';
import { useAction } from '../api/use-action.ts';
import { changeText } from './block-moves.ts';
import { withMover } from './last-mover.ts';
import { MOVE } from './queue-documents.ts';
import { movedText, type QueuedRun } from './queue-text.ts';

export interface QueueOrder {
  shown: ComputedRef<readonly QueuedRun[]>;
  /** For a live region. */
  announcement: Readonly<Ref<string>>;
  error: Ref<string | null>;
  /** Does nothing while another move is sent, and beyond the ends. */
  move: (run: QueuedRun, index: number) => Promise<void>;
  /** Keeps the list as it is until the drag ends. */
  startDrag: () => void;
  /** Moves the run unless the queue has changed since the start of the drag. Without an index, nothing is moved. */
  endDrag: (run: QueuedRun, index: number | null) => void;
}

export function useQueueOrder(telescope: () => string, queue: () => readonly QueuedRun[]): QueueOrder {
  const api = useApi();
  const serverOrder = computed(() => idsOf(queue()));
  /** The order after a move, until the subscription reports it. Another press needs it. */
  const answered = shallowRef<string[] | null>(null);
  watch(serverOrder, () => (answered.value = null));
  const dragged = shallowRef<readonly QueuedRun[] | null>(null);
  const shown = computed(() => dragged.value ?? inOrder(queue(), answered.value));
  const announcement = ref('');

  const sendMove = useAction(async (run: QueuedRun, position: number) => {
    const before = serverOrder.value;
    const { moveInQueue } = await mutate(api, MOVE, { run: run.id, position });
    const ids = moveInQueue.queue.map(({ id }) => id);
    if (serverOrder.value === before) answered.value = ids;
    announcement.value = movedText(run, ids.indexOf(run.id), ids.length);
  });
  async function move(run: QueuedRun, index: number): Promise<void> {
    const from = shown.value.findIndex(({ id }) => id === run.id);
    if (index < 0 || index >= shown.value.length || index === from) return;
    await sendMove.run(run, index);
  }

  return {
    shown,
    announcement,
    error: sendMove.error,
    move,
    startDrag: () => {
      sendMove.error.value = null;
      dragged.value = shown.value;
    },
    endDrag: (run, index) => {
      const before = dragged.value ?? [];
      dragged.value = null;
      if (index === null) return;
      const problem = changeText(before, shown.value);
      if (problem === null) void move(run, index);
      else void withMover(api, telescope(), problem).then((text) => (sendMove.error.value = text));
    },
  };
}

const idsOf = (runs: readonly QueuedRun[]) => runs.map(({ id }) => id).join();

function inOrder(queue: readonly QueuedRun[], ids: readonly string[] | null): readonly QueuedRun[] {
  return ids ? queue.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)) : queue;
}
