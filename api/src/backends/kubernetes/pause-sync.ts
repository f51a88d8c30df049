/** Keeps pause and resume at the API and in `spec.desiredState` in sync: the last request counts. */
import { RUNS } from '@sequencer/kubernetes/resources';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { eq } from 'drizzle-orm';
import { KeyedMutex } from '../../lib/keyed-mutex.ts';
import type { Logger } from '../../lib/log.ts';
import type { Db } from '../../store/database.ts';
import { findRun, type RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import type { Cluster } from './cluster.ts';
import { requestedCommand, type PauseCommand } from './desired-state.ts';
import { objectOf } from './queue-store.ts';

export interface PauseSyncParts {
  db: Db;
  log: Logger;
  cluster: Cluster;
  /** Sends the command to the runner, which is connected here. */
  send: (run: string, by: string, command: PauseCommand) => Promise<unknown>;
}

export class PauseSync {
  readonly #parts: PauseSyncParts;
  /** By run. */
  readonly #mutex = new KeyedMutex();

  constructor(parts: PauseSyncParts) {
    this.#parts = parts;
  }

  /** Sends the desiredState of the object to the runner, once per generation. */
  async applyDesiredState(run: SequencerRun): Promise<void> {
    const { db, log, send } = this.#parts;
    const { uid, generation = 1 } = run.metadata;
    await this.#mutex.run(uid, async () => {
      try {
        const row = await findRun(db, uid);
        if (!row || (row.sentGeneration !== null && row.sentGeneration >= generation)) return;
        const command = requestedCommand(run, row.sentGeneration);
        if (command) await send(uid, 'kubectl', command);
        await this.#storeSentGeneration(uid, generation);
      } catch (error) {
        // Retried when the runner reconnects, or when the object changes.
        log.warn({ run: uid, err: error }, 'cannot send the desired state to the runner');
      }
    });
  }

  /** A request at the API. Resolves when the runner has executed it; the object is updated soon after. */
  async request(run: RunSummary, by: string, command: PauseCommand): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>();
    void this.#mutex.run(run.id, async () => {
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

  /** Updates the object, so that kubectl shows the state and can change it. */
  async #writeDesiredState(run: RunSummary, command: PauseCommand): Promise<void> {
    const { client, namespace } = this.#parts.cluster;
    const patch = { spec: { desiredState: command === 'pause' ? 'Paused' : 'Running' } };
    try {
      const { metadata } = await client.mergeInto(RUNS, namespace, objectOf(run), patch);
      await this.#storeSentGeneration(run.id, metadata.generation ?? 1);
    } catch (error) {
      this.#parts.log.warn({ run: run.id, err: error }, 'cannot write a pause or resume to its SequencerRun');
    }
  }

  async #storeSentGeneration(id: string, generation: number): Promise<void> {
    await this.#parts.db.update(runs).set({ sentGeneration: generation }).where(eq(runs.id, id));
  }
}
