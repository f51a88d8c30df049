/** Cached sequencers, runs, pods and network policies of the namespace, indexed by the objects they belong to. */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import type { NetworkPolicy, Pod } from '@sequencer/kubernetes/objects';
import { Reflector, keyOf } from '@sequencer/kubernetes/reflector';
import { NETWORK_POLICIES, PODS, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { withoutScript } from '@sequencer/kubernetes/without-script';
import { LABELS } from '@sequencer/model/kubernetes/names';
import { isWaiting } from '@sequencer/model/kubernetes/queue';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { QueuePositions } from './queue-positions.ts';
import { RequestedModes } from './requested-modes.ts';
import { RunRequests } from './run-requests.ts';
import { withRunnerImage, type RunnerImage } from '../pods/runner-image.ts';

export interface ClusterCacheOptions {
  client: KubernetesClient;
  namespace: string;
  sequencerChanged: (key: string) => void;
  runChanged: (key: string) => void;
  /** Called when a list or a watch failed; it is retried. */
  onError: (kind: string, error: unknown) => void;
  inactivityMs?: number;
  /** For sequencers without an image of their own. */
  runnerImage: RunnerImage | null;
}

export class ClusterCache {
  readonly sequencers: Reflector<Sequencer>;
  readonly runs: Reflector<SequencerRun>;
  readonly pods: Reflector<Pod>;
  readonly networkPolicies: Reflector<NetworkPolicy>;
  readonly positions = new QueuePositions();
  readonly requestedModes = new RequestedModes();
  readonly requests = new RunRequests();
  readonly #options: ClusterCacheOptions;
  /** By the key of the sequencer, then by uid. */
  readonly #runsBySequencer = new Map<string, Map<string, SequencerRun>>();
  /** By the key of the run. */
  readonly #podByRun = new Map<string, Pod>();
  /** Pods without a run: by the key of the sequencer, then by name. */
  readonly #warmPodsBySequencer = new Map<string, Map<string, Pod>>();

  constructor(options: ClusterCacheOptions) {
    this.#options = options;
    const { client, namespace, inactivityMs } = options;
    const common = { client, namespace, ...(inactivityMs !== undefined && { inactivityMs }) };
    this.sequencers = new Reflector({
      ...common,
      resource: SEQUENCERS,
      transform: (sequencer) => withRunnerImage(sequencer, options.runnerImage),
      changed: (before, after) => {
        this.#sequencerChanged(before, after);
      },
      onError: (error) => {
        options.onError('Sequencer', error);
      },
    });
    this.runs = new Reflector({
      ...common,
      resource: RUNS,
      transform: withoutScript,
      changed: (before, after) => {
        this.#runChanged(before, after);
      },
      onError: (error) => {
        options.onError('SequencerRun', error);
      },
    });
    this.pods = new Reflector({
      ...common,
      resource: PODS,
      query: { labelSelector: LABELS.sequencer },
      changed: (before, after) => {
        this.#podChanged(before, after);
      },
      onError: (error) => {
        options.onError('Pod', error);
      },
    });
    this.networkPolicies = new Reflector({
      ...common,
      resource: NETWORK_POLICIES,
      query: { labelSelector: LABELS.sequencer },
      changed: (before, after) => {
        const { namespace, labels } = (after ?? before)?.metadata ?? {};
        options.sequencerChanged(`${namespace ?? ''}/${labels?.[LABELS.sequencer] ?? ''}`);
      },
      onError: (error) => {
        options.onError('NetworkPolicy', error);
      },
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }

  get ready(): Promise<unknown> {
    return Promise.all(this.#reflectors.map((reflector) => reflector.ready));
  }

  get #reflectors() {
    return [this.sequencers, this.runs, this.pods, this.networkPolicies];
  }

  runsOf(namespace: string, sequencer: string): SequencerRun[] {
    return [...(this.#runsBySequencer.get(`${namespace}/${sequencer}`)?.values() ?? [])];
  }

  podOfRun(namespace: string, run: string): Pod | undefined {
    return this.#podByRun.get(`${namespace}/${run}`);
  }

  /** The pods of the sequencer that have no run. */
  warmPodsOf(namespace: string, sequencer: string): Pod[] {
    return [...(this.#warmPodsBySequencer.get(`${namespace}/${sequencer}`)?.values() ?? [])];
  }

  #podChanged(before: Pod | undefined, after: Pod | undefined): void {
    for (const pod of [before, after]) {
      if (!pod) continue;
      const { namespace, name, labels } = pod.metadata;
      const run = labels?.[LABELS.run];
      const sequencer = `${namespace}/${labels?.[LABELS.sequencer] ?? ''}`;
      if (run !== undefined) {
        if (after) this.#podByRun.set(`${namespace}/${run}`, after);
        else this.#podByRun.delete(`${namespace}/${run}`);
        this.#options.runChanged(`${namespace}/${run}`);
      } else {
        const group = this.#warmPodsBySequencer.get(sequencer) ?? new Map<string, Pod>();
        if (pod === after) group.set(name, pod);
        else group.delete(name);
        if (group.size > 0) this.#warmPodsBySequencer.set(sequencer, group);
        else this.#warmPodsBySequencer.delete(sequencer);
        this.#options.sequencerChanged(sequencer);
      }
    }
  }

  #sequencerChanged(before: Sequencer | undefined, after: Sequencer | undefined): void {
    const sequencer = after ?? before;
    if (!sequencer) return;
    this.requestedModes.observe(before, after);
    this.#options.sequencerChanged(keyOf(sequencer));
    const { namespace, name } = sequencer.metadata;
    // Queued runs are reconciled only when their reason for waiting changes; the active run, and the one before it, always.
    const active = [before?.status?.activeRun?.name, after?.status?.activeRun?.name];
    for (const run of active) if (run !== undefined) this.#options.runChanged(`${namespace}/${run}`);
    if (resourceKey(before) !== resourceKey(after)) this.#resourcesChanged(namespace);
    if (waitReasonKey(before) !== waitReasonKey(after)) {
      for (const run of this.runsOf(namespace, name)) if (isWaiting(run)) this.#options.runChanged(keyOf(run));
    }
  }

  /** Queued runs of any sequencer may have waited for the resources, or wait for them now. */
  #resourcesChanged(namespace: string): void {
    for (const sequencer of this.sequencers.all()) {
      if (sequencer.metadata.namespace !== namespace) continue;
      const sharing = this.runsOf(namespace, sequencer.metadata.name).filter(
        (run) => isWaiting(run) && (run.spec.resources?.length ?? 0) > 0,
      );
      if (sharing.length > 0) this.#options.sequencerChanged(keyOf(sequencer));
      for (const run of sharing) this.#options.runChanged(keyOf(run));
    }
  }

  #runChanged(before: SequencerRun | undefined, after: SequencerRun | undefined): void {
    const run = after ?? before;
    if (!run) return;
    this.requests.observe(before, after);
    const sequencer = `${run.metadata.namespace}/${run.spec.sequencer}`;
    const group = this.#runsBySequencer.get(sequencer) ?? new Map<string, SequencerRun>();
    if (after) {
      group.set(after.metadata.uid, after);
      this.#runsBySequencer.set(sequencer, group);
      this.positions.observe(after);
    }
    if (before && before.metadata.uid !== after?.metadata.uid) {
      group.delete(before.metadata.uid);
      this.positions.forget(before);
      if (group.size === 0) this.#runsBySequencer.delete(sequencer);
    }
    this.#options.runChanged(keyOf(run));
    this.#options.sequencerChanged(sequencer);
  }
}

/** Changes when other resources are in use. */
function resourceKey(sequencer: Sequencer | undefined): string {
  return sequencer?.status?.activeRun?.resources?.join() ?? '';
}

/** Changes when the reason of the queued runs may change. */
function waitReasonKey(sequencer: Sequencer | undefined): string | undefined {
  return sequencer && `${sequencer.metadata.uid} ${sequencer.status?.mode ?? ''} ${sequencer.status?.reason ?? ''}`;
}
