/** What the operator knows of the cluster: copies of the objects, and which of them belong together. */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import type { Pod } from '@sequencer/kubernetes/objects';
import { Reflector, keyOf } from '@sequencer/kubernetes/reflector';
import { PODS, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { withoutScript } from '@sequencer/kubernetes/without-script';
import { LABELS } from '@sequencer/model/kubernetes/names';
import { isWaiting } from '@sequencer/model/kubernetes/queue';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { Places } from './queue-positions.ts';
import { withRunnerImage, type RunnerImage } from '../pods/runner-image.ts';

export interface WorldOptions {
  client: KubernetesClient;
  namespace: string;
  sequencerChanged: (key: string) => void;
  runChanged: (key: string) => void;
  troubled: (kind: string, error: unknown) => void;
  inactivityMs?: number;
  /** For sequencers that name no image. */
  runnerImage: RunnerImage | null;
}

export class World {
  readonly sequencers: Reflector<Sequencer>;
  readonly runs: Reflector<SequencerRun>;
  readonly pods: Reflector<Pod>;
  readonly places = new Places();
  readonly #options: WorldOptions;
  readonly #runsOf = new Map<string, Map<string, SequencerRun>>();
  /** By the key of the run, and by that of the sequencer for those that wait for one. */
  readonly #podOf = new Map<string, Pod>();
  readonly #waitingOf = new Map<string, Map<string, Pod>>();

  constructor(options: WorldOptions) {
    this.#options = options;
    const { client, namespace, inactivityMs } = options;
    const common = { client, namespace, ...(inactivityMs !== undefined && { inactivityMs }) };
    this.sequencers = new Reflector({
      ...common,
      resource: SEQUENCERS,
      keep: (sequencer) => withRunnerImage(sequencer, options.runnerImage),
      changed: (before, after) => {
        this.#sequencerChanged(before, after);
      },
      troubled: (error) => {
        options.troubled('Sequencer', error);
      },
    });
    this.runs = new Reflector({
      ...common,
      resource: RUNS,
      keep: withoutScript,
      changed: (before, after) => {
        this.#runChanged(before, after);
      },
      troubled: (error) => {
        options.troubled('SequencerRun', error);
      },
    });
    this.pods = new Reflector({
      ...common,
      resource: PODS,
      query: { labelSelector: LABELS.sequencer },
      changed: (before, after) => {
        this.#podChanged(before, after);
      },
      troubled: (error) => {
        options.troubled('Pod', error);
      },
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.sequencers.run(signal), this.runs.run(signal), this.pods.run(signal)]);
  }

  get ready(): Promise<unknown> {
    return Promise.all([this.sequencers.ready, this.runs.ready, this.pods.ready]);
  }

  runsOf(namespace: string, sequencer: string): SequencerRun[] {
    return [...(this.#runsOf.get(`${namespace}/${sequencer}`)?.values() ?? [])];
  }

  podOf(namespace: string, run: string): Pod | undefined {
    return this.#podOf.get(`${namespace}/${run}`);
  }

  /** The pods that wait for a run of the sequencer. */
  waitingFor(namespace: string, sequencer: string): Pod[] {
    return [...(this.#waitingOf.get(`${namespace}/${sequencer}`)?.values() ?? [])];
  }

  #podChanged(before: Pod | undefined, after: Pod | undefined): void {
    for (const pod of [before, after]) {
      if (!pod) continue;
      const { namespace, name, labels } = pod.metadata;
      const run = labels?.[LABELS.run];
      const sequencer = `${namespace}/${labels?.[LABELS.sequencer] ?? ''}`;
      if (run !== undefined) {
        if (after) this.#podOf.set(`${namespace}/${run}`, after);
        else this.#podOf.delete(`${namespace}/${run}`);
        this.#options.runChanged(`${namespace}/${run}`);
      } else {
        const group = this.#waitingOf.get(sequencer) ?? new Map<string, Pod>();
        if (pod === after) group.set(name, pod);
        else group.delete(name);
        if (group.size > 0) this.#waitingOf.set(sequencer, group);
        else this.#waitingOf.delete(sequencer);
        this.#options.sequencerChanged(sequencer);
      }
    }
  }

  #sequencerChanged(before: Sequencer | undefined, after: Sequencer | undefined): void {
    const sequencer = after ?? before;
    if (!sequencer) return;
    this.#options.sequencerChanged(keyOf(sequencer));
    const { namespace, name } = sequencer.metadata;
    // Its active run has work to do, and so has what was active; the others wait for their turn, unless it comes or goes.
    const active = [before?.status?.activeRun?.name, after?.status?.activeRun?.name];
    for (const run of active) if (run !== undefined) this.#options.runChanged(`${namespace}/${run}`);
    if (whyOf(before) !== whyOf(after)) {
      for (const run of this.runsOf(namespace, name)) if (isWaiting(run)) this.#options.runChanged(keyOf(run));
    }
  }

  #runChanged(before: SequencerRun | undefined, after: SequencerRun | undefined): void {
    const run = after ?? before;
    if (!run) return;
    const of = `${run.metadata.namespace}/${run.spec.sequencer}`;
    const group = this.#runsOf.get(of) ?? new Map<string, SequencerRun>();
    if (after) {
      group.set(after.metadata.uid, after);
      this.#runsOf.set(of, group);
      this.places.saw(after);
    }
    if (before && before.metadata.uid !== after?.metadata.uid) {
      group.delete(before.metadata.uid);
      this.places.forget(before);
      if (group.size === 0) this.#runsOf.delete(of);
    }
    this.#options.runChanged(keyOf(run));
    this.#options.sequencerChanged(of);
  }
}

/** What the reasons of waiting runs depend on. */
function whyOf(sequencer: Sequencer | undefined): string | undefined {
  return sequencer && `${sequencer.metadata.uid} ${sequencer.spec.mode} ${sequencer.status?.reason ?? ''}`;
}
