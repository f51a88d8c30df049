/**
 * Writes the status of runs whose runners are connected here to the cluster: at most once a second for each run, and only
 * when it differs.
 *
 * Level-based: the desired status is compared with that of the object, regardless of who wrote it last.
 */
import { isDeepStrictEqual } from 'node:util';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { RUNS } from '@sequencer/kubernetes/resources';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { Logger } from '../../lib/log.ts';
import type { LiveRun } from '../../runs/live-run.ts';
import type { Cluster } from './cluster.ts';
import { statusOf, withdrawsOutcome, type GatewayStatus } from './status-of-run.ts';

const MIN_INTERVAL_MS = 1000;
const RETRY_MS = 2000;
/** Conflicts are rare: others write to the object only a few times. */
const TRIES = 5;

interface WriteState {
  timer: NodeJS.Timeout | null;
  writtenAt: number;
  writing: boolean;
  again: boolean;
}

export class StatusWriter {
  readonly #cluster: Cluster;
  readonly #log: Logger;
  /** The run, if this process writes its status. */
  readonly #own: (run: string) => LiveRun | null;
  readonly #states = new Map<string, WriteState>();
  #closed = false;

  constructor(cluster: Cluster, log: Logger, own: (run: string) => LiveRun | null) {
    this.#cluster = cluster;
    this.#log = log;
    this.#own = own;
  }

  /** Call when the run or its object may have changed. */
  touch(run: string): void {
    if (this.#closed || !this.#own(run)) return;
    const state = this.#states.get(run) ?? { timer: null, writtenAt: -Infinity, writing: false, again: false };
    this.#states.set(run, state);
    if (state.writing) state.again = true;
    else this.#schedule(run, state, state.writtenAt + MIN_INTERVAL_MS - performance.now());
  }

  forget(run: string): void {
    const timer = this.#states.get(run)?.timer;
    if (timer) clearTimeout(timer);
    this.#states.delete(run);
  }

  close(): void {
    this.#closed = true;
    for (const run of [...this.#states.keys()]) this.forget(run);
  }

  #schedule(run: string, state: WriteState, inMs: number): void {
    state.timer ??= setTimeout(
      () => {
        state.timer = null;
        void this.#write(run, state);
      },
      Math.max(0, inMs),
    );
  }

  async #write(run: string, state: WriteState): Promise<void> {
    const live = this.#own(run);
    const name = live?.row.object;
    if (!live || typeof name !== 'string') return;
    const { namespace, runs } = this.#cluster;
    const object = runs.get(namespace, name);
    const known = object?.metadata.uid === run ? object : null;
    const desired = statusOf(live.view, live.storedSeq, live.connected);
    if (known && isCurrent(known.status, desired)) return;
    if (withdrawsOutcome(desired, known?.status)) {
      this.#schedule(run, state, RETRY_MS);
      return;
    }
    // Overwrite concurrent changes only with the runner connected here, or with an outcome, which is final.
    const force = live.connected || desired.runner?.outcome !== undefined;
    state.writing = true;
    state.again = false;
    let wait = MIN_INTERVAL_MS;
    try {
      state.writtenAt = performance.now();
      await this.#apply(run, name, desired, known, force);
    } catch (error) {
      if (error instanceof KubernetesError && error.notFound) return;
      if (!(error instanceof KubernetesError && error.conflict)) {
        this.#log.warn({ run, err: error }, 'cannot write the status of a run to its SequencerRun');
      }
      state.again = true;
      wait = RETRY_MS;
    } finally {
      state.writing = false;
    }
    if (state.again && !this.#closed) this.#schedule(run, state, wait);
  }

  /**
   * Applies the status to the object with the uid of the run, not to a newer object of the same name. The API server checks
   * only the version of a status, not the uid.
   *
   * @param force retry after a conflict, and overwrite the concurrent change
   */
  async #apply(
    run: string,
    name: string,
    status: GatewayStatus,
    known: SequencerRun | null,
    force: boolean,
  ): Promise<void> {
    const { namespace, client } = this.#cluster;
    let object = known ?? (await client.find(RUNS, namespace, name));
    for (let tries = 1; object?.metadata.uid === run; tries++) {
      const { resourceVersion } = object.metadata;
      try {
        const options = { subresource: 'status', resourceVersion } as const;
        await client.apply(RUNS, namespace, name, { status }, options);
        return;
      } catch (error) {
        const conflict = error instanceof KubernetesError && error.conflict;
        if (!conflict || !force || tries === TRIES) throw error;
        object = await client.find(RUNS, namespace, name);
      }
    }
  }
}

function isCurrent(status: Partial<GatewayStatus> | undefined, { runner, position }: GatewayStatus): boolean {
  return isDeepStrictEqual(status?.runner, runner) && isDeepStrictEqual(status?.position, position);
}
