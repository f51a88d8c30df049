/**
 * Tells the cluster of the runs whose runners are on the line here: at most once a second a run, and only what changed.
 *
 * Level-based: what is wanted is compared with what the object says, so that it does not matter who wrote last.
 */
import { isDeepStrictEqual } from 'node:util';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { RUNS } from '@sequencer/kubernetes/resources';
import type { Logger } from '../log.ts';
import type { LiveRun } from '../runs/live-run.ts';
import type { Cluster } from './cluster.ts';
import { statusOf, takesBack, type GatewayStatus } from './status-of-run.ts';

/** The field manager of what the gateway writes. */
const MANAGER = 'sequencer-api';
const EVERY_MS = 1000;
const AGAIN_MS = 2000;

interface Told {
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
  readonly #told = new Map<string, Told>();
  #closed = false;

  constructor(cluster: Cluster, log: Logger, own: (run: string) => { live: LiveRun; connected: boolean } | null) {
    this.#cluster = cluster;
    this.#log = log;
    this.#own = own;
  }

  /** Something of the run, or of its object, may have changed. */
  touch(run: string): void {
    if (this.#closed || !this.#own(run)) return;
    const told = this.#told.get(run) ?? { timer: null, writtenAt: -Infinity, writing: false, again: false };
    this.#told.set(run, told);
    if (told.writing) told.again = true;
    else this.#later(run, told, told.writtenAt + EVERY_MS - performance.now());
  }

  forget(run: string): void {
    const timer = this.#told.get(run)?.timer;
    if (timer) clearTimeout(timer);
    this.#told.delete(run);
  }

  close(): void {
    this.#closed = true;
    for (const run of [...this.#told.keys()]) this.forget(run);
  }

  #later(run: string, told: Told, inMs: number): void {
    told.timer ??= setTimeout(
      () => {
        told.timer = null;
        void this.#write(run, told);
      },
      Math.max(0, inMs),
    );
  }

  async #write(run: string, told: Told): Promise<void> {
    const own = this.#own(run);
    const object = own?.live.row.object;
    if (!own || typeof object !== 'string') return;
    const { namespace, client, runs } = this.#cluster;
    const known = runs.get(namespace, object);
    const wanted = statusOf(own.live.view, own.live.storedSeq, own.connected);
    if (known && isTold(known.status, wanted)) return;
    if (takesBack(wanted, known?.status)) {
      this.#later(run, told, AGAIN_MS);
      return;
    }
    // Who has the runner on the line knows best, and an end is an end; else another may have told more meanwhile.
    const sure = own.connected || wanted.runner?.outcome !== undefined;
    const seen = known && !sure ? { resourceVersion: known.metadata.resourceVersion } : {};
    told.writing = true;
    told.again = false;
    let wait = EVERY_MS;
    try {
      told.writtenAt = performance.now();
      const options = { manager: MANAGER, subresource: 'status', ...seen } as const;
      await client.apply(RUNS, namespace, object, { metadata: { uid: run }, status: wanted }, options);
    } catch (error) {
      const conflict = error instanceof KubernetesError && error.conflict;
      // It is gone, or another has its name.
      if ((error instanceof KubernetesError && error.notFound) || (conflict && sure)) return;
      if (!conflict) this.#log.warn({ run, err: String(error) }, 'the state of a run could not be told to the cluster');
      told.again = true;
      wait = AGAIN_MS;
    } finally {
      told.writing = false;
    }
    if (told.again && !this.#closed) this.#later(run, told, wait);
  }
}

function isTold(status: Partial<GatewayStatus> | undefined, { runner, position }: GatewayStatus): boolean {
  return isDeepStrictEqual(status?.runner, runner) && isDeepStrictEqual(status?.position, position);
}
