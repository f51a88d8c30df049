/**
 * Tells the cluster of the runs whose runners are on the line here: at most once a second a run, and only what changed.
 *
 * Level-based: what is wanted is compared with what the object says, so that it does not matter who wrote last.
 */
import { isDeepStrictEqual } from 'node:util';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { RUNS } from '@sequencer/kubernetes/resources';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { Logger } from '../../lib/log.ts';
import type { LiveRun } from '../../runs/live-run.ts';
import type { Cluster } from './cluster.ts';
import { statusOf, withdrawsOutcome, type GatewayStatus } from './status-of-run.ts';

/** The field manager of what the gateway writes. */
const MANAGER = 'sequencer-api';
const MIN_INTERVAL_MS = 1000;
const RETRY_MS = 2000;
/** Others write into the same object, a few times in its life. */
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
  /** The run, if its status is for this process to tell. */
  readonly #own: (run: string) => { live: LiveRun; connected: boolean } | null;
  readonly #states = new Map<string, WriteState>();
  #closed = false;

  constructor(cluster: Cluster, log: Logger, own: (run: string) => { live: LiveRun; connected: boolean } | null) {
    this.#cluster = cluster;
    this.#log = log;
    this.#own = own;
  }

  /** Something of the run, or of its object, may have changed. */
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
    const own = this.#own(run);
    const name = own?.live.row.object;
    if (!own || typeof name !== 'string') return;
    const { namespace, runs } = this.#cluster;
    const object = runs.get(namespace, name);
    const known = object?.metadata.uid === run ? object : null;
    const desired = statusOf(own.live.view, own.live.storedSeq, own.connected);
    if (known && isCurrent(known.status, desired)) return;
    if (withdrawsOutcome(desired, known?.status)) {
      this.#schedule(run, state, RETRY_MS);
      return;
    }
    // Who has the runner on the line knows best, and an end is an end; else another may have told more meanwhile.
    const force = own.connected || desired.runner?.outcome !== undefined;
    state.writing = true;
    state.again = false;
    let wait = MIN_INTERVAL_MS;
    try {
      state.writtenAt = performance.now();
      await this.#apply(run, name, desired, known, force);
    } catch (error) {
      if (error instanceof KubernetesError && error.notFound) return;
      if (!(error instanceof KubernetesError && error.conflict)) {
        this.#log.warn({ run, err: error }, 'the status of a run could not be written to its SequencerRun');
      }
      state.again = true;
      wait = RETRY_MS;
    } finally {
      state.writing = false;
    }
    if (state.again && !this.#closed) this.#schedule(run, state, wait);
  }

  /**
   * To the object that is the run, and to no other that has its name by now: the API server does not look at the uid of a
   * status that it is given, only at the version.
   *
   * @param force whether it counts over whatever the object says meanwhile
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
        const options = { manager: MANAGER, subresource: 'status', resourceVersion } as const;
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
