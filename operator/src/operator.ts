/** Wires up the cache, leader election and, on the leader, the three controllers. */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import type { ReconcileResult } from '@sequencer/kubernetes/reconcile-result';
import { WorkQueue } from '@sequencer/kubernetes/work-queue';
import { KUBERNETES_PHASES } from '@sequencer/model/kubernetes/enums';
import { LABELS } from '@sequencer/model/kubernetes/names';
import { ClusterCache } from './cache/cluster-cache.ts';
import { RunReconciler } from './controllers/run-controller.ts';
import { SequencerReconciler } from './controllers/sequencer-controller.ts';
import { StaleCacheError } from './controllers/start-run.ts';
import { NetworkPolicies } from './isolation/network-policies.ts';
import type { RunnerNetwork } from './isolation/network-policy.ts';
import type { RunnerImage } from './pods/runner-image.ts';
import type { RunnerSettings } from './pods/secret.ts';
import { PullReconciler, type SchedulerConfig } from './scheduler/pull-controller.ts';
import { PullRequests } from './scheduler/pull-requests.ts';
import { Leader, type LeaderOptions } from './runtime/leader.ts';
import type { Logger } from './runtime/log.ts';
import type { Metrics } from './runtime/metrics.ts';
import { EventRecorder } from './status/event-recorder.ts';
import { WarmPool } from './warm-pool/warm-pool.ts';

const WORKERS = 16;

export interface OperatorOptions {
  client: KubernetesClient;
  namespace: string;
  identity: string;
  leaseName: string;
  settings: RunnerSettings & RunnerNetwork;
  log: Logger;
  metrics: Metrics;
  lease?: Partial<Pick<LeaderOptions, 'leaseMs' | 'renewMs' | 'retryMs' | 'now'>>;
  inactivityMs?: number;
  /** For sequencers without an image of their own. */
  runnerImage?: RunnerImage | null;
  scheduler: SchedulerConfig;
}

export class Operator {
  readonly #log: Logger;
  readonly #metrics: Metrics;
  readonly #leader: Leader;
  readonly #cache: ClusterCache;
  readonly #sequencers: WorkQueue;
  readonly #runs: WorkQueue;
  /** The keys are those of sequencers. */
  readonly #pulls: WorkQueue;
  readonly #requests: PullRequests;
  #ready = false;

  constructor({
    client,
    namespace,
    identity,
    leaseName,
    settings,
    log,
    metrics,
    lease,
    inactivityMs,
    runnerImage = null,
    scheduler,
  }: OperatorOptions) {
    this.#log = log;
    this.#metrics = metrics;
    this.#leader = new Leader({
      client,
      namespace,
      name: leaseName,
      identity,
      ...lease,
      onError: (error) => {
        log.warn({ err: String(error) }, 'cannot read or renew the lease');
      },
    });
    // A former leader that has not noticed its loss yet must not write.
    const guarded = client.guarded(() => this.#leader.isLeader());
    this.#cache = new ClusterCache({
      client,
      namespace,
      runnerImage,
      sequencerChanged: (key) => {
        this.#sequencers.add(key);
        this.#pulls.add(key);
      },
      runChanged: (key) => {
        this.#runs.add(key);
      },
      onError: (kind, error) => {
        metrics.watchErrors.inc({ kind });
        log.warn({ kind, err: String(error) }, 'watch failed; retrying');
      },
      ...(inactivityMs !== undefined && { inactivityMs }),
    });
    const events = new EventRecorder(guarded, log);
    const cache = this.#cache;
    const policies = new NetworkPolicies(guarded, cache, settings);
    const warmPool = new WarmPool(guarded, cache, events, policies, settings.runnerLabels);
    const sequencers = new SequencerReconciler({ client: guarded, cache, events, policies, warmPool });
    const runs = new RunReconciler({ client: guarded, cache, events, settings, policies, warmPool });
    this.#sequencers = this.#queue('Sequencer', (ns, name) => sequencers.reconcile(ns, name));
    this.#runs = this.#queue('SequencerRun', (ns, name) => runs.reconcile(ns, name));
    this.#requests = new PullRequests((key) => {
      this.#pulls.add(key);
    });
    const pulls = new PullReconciler({ client: guarded, cache, events, requests: this.#requests, config: scheduler });
    this.#pulls = this.#queue('Pull', (ns, name) => pulls.reconcile(ns, name));
    metrics.observe({
      depth: () => [
        ['Sequencer', this.#sequencers.depth],
        ['SequencerRun', this.#runs.depth],
        ['Pull', this.#pulls.depth],
      ],
      phases: () => {
        // A phase without runs has a 0, so that a query finds its first run.
        const counts = new Map<string, number>(KUBERNETES_PHASES.map((phase) => [phase, 0]));
        for (const { status } of this.#cache.runs.all()) {
          const phase = status?.phase ?? 'Queued';
          counts.set(phase, (counts.get(phase) ?? 0) + 1);
        }
        return counts;
      },
      sequencers: () =>
        [...this.#cache.sequencers.all()].map(({ metadata, status }) => {
          const active = this.#cache.runs.get(metadata.namespace, status?.activeRun?.name ?? '')?.status;
          const isRunning = ['Running', 'Paused', 'Stopping'].includes(active?.phase ?? '');
          return {
            sequencer: metadata.name,
            held: status?.hold !== undefined,
            disconnected: isRunning && active?.runner?.connected !== true,
          };
        }),
      isLeader: () => this.#leader.isLeader(),
    });
  }

  /** Whether the cache is filled, so that this instance can lead. */
  get ready(): boolean {
    return this.#ready;
  }

  get isLeader(): boolean {
    return this.#leader.isLeader();
  }

  async run(signal: AbortSignal): Promise<void> {
    const watching = this.#cache.run(signal);
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
    await Promise.race([this.#cache.ready, aborted]);
    this.#ready = !signal.aborted;
    await this.#leader.run(signal, (term) => this.#lead(term));
    await watching;
  }

  async #lead(signal: AbortSignal): Promise<void> {
    this.#log.info('became leader');
    // Delays from an earlier term are outdated. The cache is kept up to date without leadership, too.
    for (const queue of [this.#sequencers, this.#runs, this.#pulls]) queue.clear();
    for (const { metadata } of this.#cache.sequencers.all()) {
      const key = `${metadata.namespace}/${metadata.name}`;
      this.#sequencers.add(key);
      this.#pulls.add(key);
    }
    for (const { metadata } of this.#cache.runs.all()) this.#runs.add(`${metadata.namespace}/${metadata.name}`);
    for (const { metadata } of this.#cache.pods.all()) {
      const run = metadata.labels?.[LABELS.run];
      if (run !== undefined) this.#runs.add(`${metadata.namespace}/${run}`);
    }
    await Promise.all([this.#sequencers.run(signal), this.#runs.run(signal), this.#pulls.run(signal)]);
    // The next leader sends them again.
    this.#requests.clear();
    this.#log.info('stopped leading');
  }

  #queue(kind: string, reconcile: (namespace: string, name: string) => Promise<ReconcileResult>): WorkQueue {
    return new WorkQueue({
      workers: WORKERS,
      work: async (key) => {
        const [namespace = '', name = ''] = key.split('/');
        const end = this.#metrics.reconciled.startTimer({ kind });
        try {
          const result = await reconcile(namespace, name);
          end({ result: 'done' });
          return result;
        } catch (error) {
          end({ result: isOutdated(error) ? 'outdated' : 'failed' });
          throw error;
        }
      },
      onFailure: (key, error, delayMs) => {
        const fields = { kind, object: key, err: String(error), delayMs: Math.round(delayMs) };
        if (isOutdated(error)) this.#log.debug(fields, 'the cache was outdated; requeued');
        else this.#log.warn(fields, 'reconciliation failed; requeued');
      },
    });
  }
}

/** Not a failure: the object has changed since it was read, and the conditional write was refused. */
function isOutdated(error: unknown): boolean {
  return error instanceof StaleCacheError || (error instanceof KubernetesError && (error.conflict || error.notFound));
}
