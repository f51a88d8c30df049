/** Pause and resume, which people ask for at the API and in `spec.desiredState`: the last word counts, and is in both places. */
import { RUNS } from '@sequencer/kubernetes/resources';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { eq } from 'drizzle-orm';
import type { Logger } from '../../lib/log.ts';
import type { Db } from '../../store/database.ts';
import { findRun, type RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import type { Cluster } from './cluster.ts';
import { requestedCommand, type PauseCommand } from './desired-state.ts';
import { objectOf } from './queue.ts';

export interface PauseSyncParts {
  db: Db;
  log: Logger;
  cluster: Cluster;
  /** Tells the runner, which is on the line here. */
  send: (run: string, by: string, command: PauseCommand) => Promise<unknown>;
}

export class PauseSync {
  readonly #parts: PauseSyncParts;
  /** One at a time a run. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(parts: PauseSyncParts) {
    this.#parts = parts;
  }

  /** Passes on what somebody has asked for in the object, once. */
  async applyDesiredState(run: SequencerRun): Promise<void> {
    const { db, log, send } = this.#parts;
    const { uid, generation = 1 } = run.metadata;
    await this.#serialize(uid, async () => {
      try {
        const row = await findRun(db, uid);
        if (!row || (row.sentGeneration !== null && row.sentGeneration >= generation)) return;
        const command = requestedCommand(run, row.sentGeneration);
        if (command) await send(uid, 'kubectl', command);
        await this.#storeSentGeneration(uid, generation);
      } catch (error) {
        // The runner comes again, or the object is looked at again.
        log.warn({ run: uid, err: error }, 'a desired state could not be sent to the runner');
      }
    });
  }

  /** Asked for at the API. Resolves when the runner has carried it out; the object says it soon after. */
  async request(run: RunSummary, by: string, command: PauseCommand): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    void this.#serialize(run.id, async () => {
      try {
        answer.resolve(await this.#parts.send(run.id, by, command));
      } catch (error) {
        answer.reject(error);
        return;
      }
      await this.#writeDesiredState(run, command);
    });
    return answer.promise;
  }

  /** So that kubectl finds what the script does, and can turn it around. */
  async #writeDesiredState(run: RunSummary, command: PauseCommand): Promise<void> {
    const { client, namespace } = this.#parts.cluster;
    const patch = { spec: { desiredState: command === 'pause' ? 'Paused' : 'Running' } };
    try {
      const { metadata } = await client.mergeInto(RUNS, namespace, objectOf(run), patch);
      await this.#storeSentGeneration(run.id, metadata.generation ?? 1);
    } catch (error) {
      this.#parts.log.warn({ run: run.id, err: error }, 'a pause could not be written to its SequencerRun');
    }
  }

  async #storeSentGeneration(id: string, generation: number): Promise<void> {
    await this.#parts.db.update(runs).set({ sentGeneration: generation }).where(eq(runs.id, id));
  }

  async #serialize(run: string, action: () => Promise<void>): Promise<void> {
    const turn = (this.#queues.get(run) ?? Promise.resolve()).then(action);
    this.#queues.set(run, turn);
    await turn;
    if (this.#queues.get(run) === turn) this.#queues.delete(run);
  }
}
