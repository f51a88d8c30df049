/** The objects of the API's namespace, kept up to date by watches, and whether the API server is reachable. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BackOff } from '@sequencer/kubernetes/back-off';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { Reflector } from '@sequencer/kubernetes/reflector';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { withoutScript } from '@sequencer/kubernetes/without-script';
import { SequencerError } from '@sequencer/model';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { Logger } from '../../lib/log.ts';

/** How often the API server is probed. */
const PROBE_EVERY_MS = 2000;
const PROBE_TIMEOUT_MS = 3000;

export interface ClusterListener {
  sequencerChanged: (before: Sequencer | undefined, after: Sequencer | undefined) => void;
  runChanged: (before: SequencerRun | undefined, after: SequencerRun | undefined) => void;
  /** The API server became unreachable, or reachable again. */
  reachabilityChanged: () => void;
}

export class Cluster {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly sequencers: Reflector<Sequencer>;
  /** Without their scripts. */
  readonly runs: Reflector<SequencerRun>;
  readonly #log: Logger;
  readonly #listener: ClusterListener;
  readonly #stopped = new AbortController();
  #unreachableSince: Date | null = null;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(client: KubernetesClient, namespace: string, listener: ClusterListener, log: Logger) {
    this.client = client;
    this.namespace = namespace;
    this.#log = log;
    this.#listener = listener;
    const common = (kind: string) => ({
      client,
      namespace,
      // Short: users wait for changes to appear.
      backOff: new BackOff(200, 2000),
      onError: (error: unknown) => {
        log.warn({ kind, err: error }, 'watch failed; restarting');
      },
    });
    this.sequencers = new Reflector({
      ...common('Sequencer'),
      resource: SEQUENCERS,
      changed: (before, after) => {
        listener.sequencerChanged(before, after);
      },
    });
    this.runs = new Reflector({
      ...common('SequencerRun'),
      resource: RUNS,
      transform: withoutScript,
      changed: (before, after) => {
        listener.runChanged(before, after);
      },
    });
  }

  /** When the API server became unreachable; null while it is reachable. In between, the objects are those last seen. */
  get unreachableSince(): Date | null {
    return this.#unreachableSince;
  }

  /** Starts the watches. Resolves when they are synced, or after the timeout; then they sync later. */
  async begin(timeoutMs: number): Promise<void> {
    const { signal } = this.#stopped;
    this.#ended = Promise.all([this.sequencers.run(signal), this.runs.run(signal), this.#probe(signal)]);
    await Promise.race([this.synced, sleep(timeoutMs, undefined, { ref: false })]);
  }

  /** Resolves when every object was listed once. */
  get synced(): Promise<unknown> {
    return Promise.all([this.sequencers.ready, this.runs.ready]);
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#ended;
  }

  async #probe(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
      const answers = await this.client.page(SEQUENCERS, this.namespace, { limit: 1 }, timeout).then(
        () => true,
        () => false,
      );
      this.#setUnreachable(!answers);
      await sleep(PROBE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #setUnreachable(unreachable: boolean): void {
    if (this.#stopped.signal.aborted || unreachable === (this.#unreachableSince !== null)) return;
    this.#unreachableSince = unreachable ? new Date() : null;
    this.#log.warn(
      { unreachable },
      unreachable ? 'the API server is unreachable' : 'the API server is reachable again',
    );
    this.#listener.reachabilityChanged();
  }
}

/** Calls the API server, and converts its errors to SequencerErrors. */
export async function withApiErrors<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const { status, message } = error;
    if (status === 0 || status >= 500 || status === 429) throw new SequencerError('CLUSTER_AWAY');
    if (status === 404) throw new SequencerError('UNKNOWN_RUN', 'The SequencerRun no longer exists in the cluster.');
    if (status === 403)
      throw new SequencerError(
        'FORBIDDEN',
        `The cluster refused the request: ${message}`,
        'Ask the administrator of the cluster.',
      );
    if (status === 400 || status === 422) throw new SequencerError('BAD_INPUT', message);
    throw error;
  }
}
