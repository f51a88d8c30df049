/** Updates the views of runs whose runner is connected to another replica: from stored events, on notification. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal } from '@sequencer/model';
import type { Logger } from '../../../lib/log.ts';
import type { LiveRun } from '../../../runs/live-run.ts';
import type { LiveRuns } from '../../../runs/live-runs.ts';
import type { SequencerStates } from '../../../runs/sequencer-states.ts';
import type { Db } from '../../../store/database.ts';
import { eventsAfter } from '../../../store/event-store.ts';
import { findRun } from '../../../store/run-store.ts';

const PAGE = 2000;
/** The pause between two reads of one run, so that a fast script causes few large pages. */
const PAUSE_MS = 50;

export interface FollowerParts {
  db: Db;
  log: Logger;
  liveRuns: LiveRuns;
  sequencerStates: SequencerStates;
  /** Whether the runner of the run is connected here. Then its events arrive directly. */
  isConnectedHere: (run: string) => boolean;
}

export class Follower {
  readonly #parts: FollowerParts;
  readonly #working = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** Call when the store may have new events of the run. */
  follow(run: string): void {
    const live = this.#parts.liveRuns.get(run);
    if (!live || this.#parts.isConnectedHere(run)) return;
    if (this.#working.has(run)) {
      this.#again.add(run);
      return;
    }
    const work = this.#loop(live).finally(() => {
      this.#working.delete(run);
    });
    this.#working.set(run, work);
  }

  async close(): Promise<void> {
    this.#again.clear();
    await Promise.all(this.#working.values());
  }

  async #loop(live: LiveRun): Promise<void> {
    const { id } = live.row;
    do {
      this.#again.delete(id);
      try {
        await this.catchUp(live);
      } catch (error) {
        this.#parts.log.warn({ run: id, err: error }, 'cannot read the events of a run from the store');
      }
      await sleep(PAUSE_MS);
    } while (this.#again.has(id));
  }

  /** Applies all stored events. */
  async catchUp(live: LiveRun): Promise<void> {
    const { db, sequencerStates, liveRuns } = this.#parts;
    const { id, sequencer } = live.row;
    let isChanged = false;
    for (;;) {
      const page = await eventsAfter(db, id, live.view.lastSeq, PAGE);
      if (page.length === 0 || !live.follow(page)) break;
      isChanged = true;
      sequencerStates.notify(sequencer);
      if (page.length < PAGE) break;
    }
    // The run continues. When a runner was killed there is no final event: only its row shows the end.
    if ((isChanged && live.view.outcome === null) || isFinal(live.row.phase)) return;
    const row = await findRun(db, id);
    if (!row || !isFinal(row.phase)) return;
    live.row = row;
    liveRuns.forgetLater(id);
    live.changed.notify();
    sequencerStates.invalidate(sequencer);
  }
}
