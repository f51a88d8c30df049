/** Keeps the views of runs in step whose runners another replica has on the line: from the store, when somebody rings. */
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
/** Between two looks at one run: a fast script makes large pages and not many. */
const PAUSE_MS = 50;

export interface FollowerParts {
  db: Db;
  log: Logger;
  liveRuns: LiveRuns;
  sequencerStates: SequencerStates;
  /** Whether its runner is on the line here: then its events come from there. */
  isConnectedHere: (run: string) => boolean;
}

export class Follower {
  readonly #parts: FollowerParts;
  readonly #working = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** There may be more of the run in the store. */
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
        this.#parts.log.warn({ run: id, err: error }, 'a run could not be followed');
      }
      await sleep(PAUSE_MS);
    } while (this.#again.has(id));
  }

  /** Takes in all that is stored. */
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
    // Of a run that goes on. One whose runner was killed tells no end: then there is nothing new but the row.
    if ((isChanged && live.view.outcome === null) || isFinal(live.row.phase)) return;
    const row = await findRun(db, id);
    if (!row || !isFinal(row.phase)) return;
    live.row = row;
    liveRuns.forgetLater(id);
    live.changed.notify();
    sequencerStates.invalidate(sequencer);
  }
}
