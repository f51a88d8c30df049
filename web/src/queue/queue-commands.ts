/** What a user can do with the queued runs of a page's telescope, and the dialogs that this needs. */
import { inject, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue';
import { mutate, useApi } from '../api/client.ts';
import { CANCEL } from '../api/documents.ts';
import type { SequencerSummary } from '../api/sequencers.ts';
import { useAction } from '../api/use-action.ts';
import { plural } from '../lib/format.ts';
import { titleOf } from '../lib/run-title.ts';
import { addRuns, readContent, type RunContent } from './add-runs.ts';
import { ACCEPT, DECLINE, HOLD, MOVE, RELEASE } from './queue-documents.ts';
import type { QueuedRun } from './queue-text.ts';
import { placeOf, removedBlocks, type RemovedBlock } from './removal.ts';

interface Removal {
  /** `“wiregrid”`, `3 runs` */
  what: string;
  blocks: RemovedBlock[];
  contents: ReadonlyMap<string, RunContent>;
}

export interface QueueCommands {
  /** Id of the run in the panel for edits. */
  edited: Ref<string | null>;
  /** The run whose menu is open, and the element that opened it. */
  menu: ShallowRef<{ run: QueuedRun; at: HTMLElement } | null>;
  /** The runs in the dialog for a hold. */
  toHold: ShallowRef<readonly QueuedRun[]>;
  /** The proposal in the dialog for a refusal. */
  toDecline: ShallowRef<QueuedRun | null>;
  /** The last removal, while it can be undone. */
  removal: ShallowRef<Removal | null>;
  pending: Readonly<Ref<boolean>>;
  error: Ref<string | null>;
  /** For a live region. */
  announcement: Ref<string>;
  accept: (run: QueuedRun) => Promise<boolean>;
  decline: (run: QueuedRun, reason: string) => Promise<boolean>;
  hold: (runs: readonly QueuedRun[], reason: string) => Promise<boolean>;
  release: (runs: readonly QueuedRun[]) => Promise<boolean>;
  /** Opens the dialog for a hold, or releases the runs if all are on hold. */
  holdOrRelease: (runs: readonly QueuedRun[]) => void;
  /** Adds copies after the last of the runs. @param times how often the whole list is added */
  repeat: (runs: readonly QueuedRun[], times: number) => Promise<boolean>;
  /** Moves the runs as a block. @param after id of the run before the block; null for the top */
  moveBlock: (runs: readonly QueuedRun[], after: string | null) => Promise<boolean>;
  remove: (runs: readonly QueuedRun[]) => Promise<boolean>;
  undo: () => Promise<boolean>;
}

export const queueCommandsKey: InjectionKey<QueueCommands> = Symbol('queue commands');

export function useInjectedQueueCommands(): QueueCommands {
  const commands = inject(queueCommandsKey);
  if (!commands) throw new Error('no queue commands');
  return commands;
}

const namesOf = (runs: readonly QueuedRun[]) =>
  runs.length === 1 && runs[0] ? `“${titleOf(runs[0])}”` : plural(runs.length, 'run');

export function useQueueCommands(sequencer: () => SequencerSummary | null): QueueCommands {
  const api = useApi();
  const toHold = shallowRef<readonly QueuedRun[]>([]);
  const toDecline = shallowRef<QueuedRun | null>(null);
  const removal = shallowRef<Removal | null>(null);
  const announcement = ref('');
  const queueIds = () => (sequencer()?.queue ?? []).map(({ id }) => id);
  const name = () => sequencer()?.name ?? '';
  // One at a time: each of them changes the queue that the next one starts from.
  const command = useAction(async (work: () => Promise<void>) => work());

  async function sendMoves(ids: readonly string[], after: string | null): Promise<void> {
    let order = queueIds();
    let anchor = after;
    for (const run of ids) {
      const position = anchor === null ? 0 : order.filter((id) => id !== run).indexOf(anchor) + 1;
      if (order.indexOf(run) !== position) {
        const { moveInQueue } = await mutate(api, MOVE, { run, position });
        order = moveInQueue.queue.map(({ id }) => id);
      }
      anchor = run;
    }
  }

  async function sendRemovals(runs: readonly QueuedRun[]): Promise<void> {
    const before = queueIds();
    const contents = new Map<string, RunContent>();
    const removed = new Set<string>();
    try {
      for (const { id } of runs) {
        contents.set(id, await readContent(api, id));
        await mutate(api, CANCEL, { id });
        removed.add(id);
      }
    } finally {
      // Also if one of them has started meanwhile.
      const done = runs.filter(({ id }) => removed.has(id));
      if (done.length > 0) removal.value = { what: namesOf(done), blocks: removedBlocks(before, removed), contents };
    }
  }

  async function restore({ what, blocks, contents }: Removal): Promise<void> {
    removal.value = null;
    let order = queueIds();
    for (const block of blocks) {
      const position = placeOf(block, order);
      const added = await addRuns(
        api,
        name(),
        block.ids.flatMap((id) => contents.get(id) ?? []),
        position,
      );
      order = order.toSpliced(position, 0, ...added.map(({ id }) => id));
    }
    announcement.value = `${what} added to the queue again.`;
  }

  const hold: QueueCommands['hold'] = (runs, reason) =>
    command.run(async () => {
      for (const { id } of runs) await mutate(api, HOLD, { id, reason: reason.trim() || null });
      toHold.value = [];
    });
  const release: QueueCommands['release'] = (runs) =>
    command.run(async () => {
      for (const { id } of runs) await mutate(api, RELEASE, { id });
    });
  return {
    edited: ref(null),
    menu: shallowRef(null),
    toHold,
    toDecline,
    removal,
    pending: command.pending,
    error: command.error,
    announcement,
    accept: (run) =>
      command.run(async () => {
        await mutate(api, ACCEPT, { id: run.id });
        announcement.value = `Run ${String(run.number)} accepted.`;
      }),
    decline: (run, reason) =>
      command.run(async () => {
        await mutate(api, DECLINE, { id: run.id, reason });
        toDecline.value = null;
      }),
    hold,
    release,
    holdOrRelease: (all) => {
      const runs = all.filter((run) => !run.proposed);
      if (runs.length > 0 && runs.every((run) => run.onHold)) void release(runs);
      else toHold.value = runs.filter((run) => !run.onHold);
    },
    repeat: (runs, times) =>
      command.run(async () => {
        const contents = await Promise.all(runs.map(({ id }) => readContent(api, id)));
        const last = Math.max(...runs.map(({ id }) => queueIds().indexOf(id)));
        const added = await addRuns(api, name(), contents, last + 1, times);
        announcement.value = `${plural(added.length, 'run')} added to the queue.`;
      }),
    moveBlock: (runs, after) =>
      command.run(() =>
        sendMoves(
          runs.map(({ id }) => id),
          after,
        ),
      ),
    remove: (runs) => command.run(() => sendRemovals(runs)),
    undo: () =>
      command.run(async () => {
        if (removal.value) await restore(removal.value);
      }),
  };
}
