/** Pause and resume, which people ask for at the API and in `spec.desiredState`: the last word counts, and is in both places. */
import { RUNS } from '@sequencer/kubernetes/resources';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { eq } from 'drizzle-orm';
import type { Logger } from '../../lib/log.ts';
import type { Db } from '../../store/database.ts';
import { findRun, type RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import type { Cluster } from './cluster.ts';
import { wishOf, type Wish } from './desired-state.ts';
import { objectOf } from './queue.ts';

export interface PausesParts {
  db: Db;
  log: Logger;
  cluster: Cluster;
  /** Tells the runner, which is on the line here. */
  tell: (run: string, by: string, wish: Wish) => Promise<unknown>;
}

export class Pauses {
  readonly #parts: PausesParts;
  /** One at a time a run. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(parts: PausesParts) {
    this.#parts = parts;
  }

  /** Passes on what somebody has asked for in the object, once. */
  async heed(run: SequencerRun): Promise<void> {
    const { db, log, tell } = this.#parts;
    const { uid, generation = 1 } = run.metadata;
    await this.#inTurn(uid, async () => {
      try {
        const row = await findRun(db, uid);
        if (!row || (row.toldGeneration !== null && row.toldGeneration >= generation)) return;
        const wish = wishOf(run, row.toldGeneration);
        if (wish) await tell(uid, 'kubectl', wish);
        await this.#told(uid, generation);
      } catch (error) {
        // The runner comes again, or the object is looked at again.
        log.warn({ run: uid, err: error }, 'a desired state could not be sent to the runner');
      }
    });
  }

  /** Asked for at the API. Resolves when the runner has carried it out; the object says it soon after. */
  async ask(run: RunSummary, by: string, wish: Wish): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    void this.#inTurn(run.id, async () => {
      try {
        answer.resolve(await this.#parts.tell(run.id, by, wish));
      } catch (error) {
        answer.reject(error);
        return;
      }
      await this.#write(run, wish);
    });
    return answer.promise;
  }

  /** So that kubectl finds what the script does, and can turn it around. */
  async #write(run: RunSummary, wish: Wish): Promise<void> {
    const { client, namespace } = this.#parts.cluster;
    const patch = { spec: { desiredState: wish === 'pause' ? 'Paused' : 'Running' } };
    try {
      const { metadata } = await client.mergeInto(RUNS, namespace, objectOf(run), patch);
      await this.#told(run.id, metadata.generation ?? 1);
    } catch (error) {
      this.#parts.log.warn({ run: run.id, err: error }, 'a pause could not be written to its SequencerRun');
    }
  }

  async #told(id: string, generation: number): Promise<void> {
    await this.#parts.db.update(runs).set({ toldGeneration: generation }).where(eq(runs.id, id));
  }

  async #inTurn(run: string, action: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(run) ?? Promise.resolve()).then(action);
    this.#turns.set(run, turn);
    await turn;
    if (this.#turns.get(run) === turn) this.#turns.delete(run);
  }
}
