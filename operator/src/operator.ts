/** Puts the parts together: what it sees of the cluster, who leads, and what the leader does. */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { LABELS } from '@sequencer/model/kubernetes/names';
import { EventRecorder } from './status/event-recorder.ts';
import { Leader, type LeaderOptions } from './runtime/leader.ts';
import type { Logger } from './runtime/log.ts';
import type { Metrics } from './runtime/metrics.ts';
import { RunReconciler } from './controllers/run-controller.ts';
import type { RunnerImage } from './pods/runner-image.ts';
import { Stale, type StartSettings } from './controllers/start-run.ts';
import { SequencerReconciler } from './controllers/sequencer-controller.ts';
import { WarmPods } from './warm-pool/warm-pool.ts';
import { WorkQueue } from '@sequencer/kubernetes/work-queue';
import { World } from './cache/cluster-cache.ts';

const WORKERS = 16;

export interface OperatorOptions {
  client: KubernetesClient;
  namespace: string;
  identity: string;
  leaseName: string;
  settings: StartSettings;
  log: Logger;
  metrics: Metrics;
  lease?: Partial<Pick<LeaderOptions, 'leaseMs' | 'renewMs' | 'retryMs' | 'now'>>;
  inactivityMs?: number;
  /** For sequencers that name no image. */
  runnerImage?: RunnerImage | null;
}

export class Operator {
  readonly #log: Logger;
  readonly #metrics: Metrics;
  readonly #leader: Leader;
  readonly #world: World;
  readonly #sequencers: WorkQueue;
  readonly #runs: WorkQueue;
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
  }: OperatorOptions) {
    this.#log = log;
    this.#metrics = metrics;
    this.#leader = new Leader({
      client,
      namespace,
      name: leaseName,
      identity,
      ...lease,
      troubled: (error) => {
        log.warn({ err: String(error) }, 'the lease could not be renewed or read');
      },
    });
    // Whoever was the leader and does not know yet that it is not any more writes nothing.
    const guarded = client.guarded(() => this.#leader.leads());
    this.#world = new World({
      client,
      namespace,
      runnerImage,
      sequencerChanged: (key) => {
        this.#sequencers.add(key);
      },
      runChanged: (key) => {
        this.#runs.add(key);
      },
      troubled: (kind, error) => {
        metrics.watchTroubles.inc({ kind });
        log.warn({ kind, err: String(error) }, 'a watch broke; it is begun again');
      },
      ...(inactivityMs !== undefined && { inactivityMs }),
    });
    const events = new EventRecorder(guarded, log);
    const warmPods = new WarmPods(guarded, this.#world, events, settings.gatewayPods);
    const sequencers = new SequencerReconciler(guarded, this.#world, events, warmPods);
    const runs = new RunReconciler({ client: guarded, world: this.#world, events, settings, warmPods });
    this.#sequencers = this.#queue('Sequencer', (ns, name) => sequencers.reconcile(ns, name));
    this.#runs = this.#queue('SequencerRun', (ns, name) => runs.reconcile(ns, name));
    metrics.observe({
      depth: () => [
        ['Sequencer', this.#sequencers.depth],
        ['SequencerRun', this.#runs.depth],
      ],
      phases: () => {
        const counts = new Map<string, number>();
        for (const { status } of this.#world.runs.all()) {
          const phase = status?.phase ?? 'Queued';
          counts.set(phase, (counts.get(phase) ?? 0) + 1);
        }
        return counts;
      },
      leads: () => this.#leader.leads(),
    });
  }

  /** Whether it has seen everything once, so that it could lead. */
  get ready(): boolean {
    return this.#ready;
  }

  get leads(): boolean {
    return this.#leader.leads();
  }

  async run(signal: AbortSignal): Promise<void> {
    const watching = this.#world.run(signal);
    const ended = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
    await Promise.race([this.#world.ready, ended]);
    this.#ready = !signal.aborted;
    await this.#leader.run(signal, (term) => this.#lead(term));
    await watching;
  }

  async #lead(signal: AbortSignal): Promise<void> {
    this.#log.info('leading');
    // Others may have changed what was waited for; the copies go on all the time.
    for (const queue of [this.#sequencers, this.#runs]) queue.clear();
    for (const { metadata } of this.#world.sequencers.all())
      this.#sequencers.add(`${metadata.namespace}/${metadata.name}`);
    for (const { metadata } of this.#world.runs.all()) this.#runs.add(`${metadata.namespace}/${metadata.name}`);
    for (const { metadata } of this.#world.pods.all()) {
      const run = metadata.labels?.[LABELS.run];
      if (run !== undefined) this.#runs.add(`${metadata.namespace}/${run}`);
    }
    await Promise.all([this.#sequencers.run(signal), this.#runs.run(signal)]);
    this.#log.info('not leading any more');
  }

  #queue(kind: string, reconcile: (namespace: string, name: string) => Promise<number | undefined>): WorkQueue {
    return new WorkQueue({
      workers: WORKERS,
      work: async (key) => {
        const [namespace = '', name = ''] = key.split('/');
        const end = this.#metrics.reconciled.startTimer({ kind });
        try {
          const again = await reconcile(namespace, name);
          end({ result: 'done' });
          return again;
        } catch (error) {
          end({ result: isOutdated(error) ? 'outdated' : 'failed' });
          throw error;
        }
      },
      failed: (key, error, waitMs) => {
        const fields = { kind, object: key, err: String(error), waitMs: Math.round(waitMs) };
        if (isOutdated(error)) this.#log.debug(fields, 'looked at an old copy; looking again');
        else this.#log.warn(fields, 'failed; tried again');
      },
    });
  }
}

/** What was read was not the newest: no failure, the condition of the write did its work. */
function isOutdated(error: unknown): boolean {
  return error instanceof Stale || (error instanceof KubernetesError && (error.conflict || error.notFound));
}
