/** Looks at a namespace past the operators: one pod a sequencer that is not down, one pod a run, and ends that stay. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PODS, RUNS } from '@sequencer/kubernetes/resources';
import { LABELS } from '@sequencer/model/kubernetes/names';
import { isFinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { isPodTerminated } from '@sequencer/operator/pods/termination';
import { client } from './cluster.ts';

export class Watcher {
  readonly pods = new Map<string, string>();
  readonly ends = new Map<string, string>();
  readonly faults: string[] = [];
  looks = 0;
  readonly #namespace: string;
  readonly #told: boolean;

  /**
   * @param told whether runners tell an API how a run ended: then the next may come while the pod hands its record over,
   *   and that no two scripts ran at once is for their own clocks to say
   */
  constructor(namespace: string, told = false) {
    this.#namespace = namespace;
    this.#told = told;
  }

  async look(): Promise<void> {
    const alive = new Map<string, string[]>();
    const pods = await client.list(PODS, this.#namespace, { labelSelector: LABELS.run });
    const runs = await client.list(RUNS, this.#namespace);
    const over = new Set(
      runs.filter(({ status }) => isFinalKubernetesPhase(status?.phase)).map(({ metadata }) => metadata.uid),
    );
    for (const pod of pods) {
      const owner = pod.metadata.ownerReferences?.[0]?.uid ?? '';
      const before = this.pods.get(owner);
      if (before !== undefined && before !== pod.metadata.uid) this.faults.push(`the run ${owner} had two pods`);
      this.pods.set(owner, pod.metadata.uid);
      if (isPodTerminated(pod, Date.now()) || (this.#told && over.has(owner))) continue;
      const sequencer = pod.metadata.labels?.[LABELS.sequencer] ?? '';
      alive.set(sequencer, [...(alive.get(sequencer) ?? []), pod.metadata.name]);
    }
    for (const [sequencer, names] of alive) {
      if (names.length > 1) this.faults.push(`${sequencer} had ${names.join(' and ')} at once`);
    }
    for (const { metadata, status } of runs) {
      const before = this.ends.get(metadata.uid);
      if (before !== undefined && before !== status?.phase)
        this.faults.push(`${metadata.name}: ${before}, then ${status?.phase ?? ''}`);
      if (isFinalKubernetesPhase(status?.phase)) this.ends.set(metadata.uid, status.phase);
    }
    this.looks += 1;
  }

  /** @param unanswered told when the API server does not answer; without it that is a failure */
  async watch(signal: AbortSignal, everyMs = 50, unanswered?: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.look();
      } catch (error) {
        if (!unanswered) throw error;
        unanswered(error);
      }
      await sleep(everyMs);
    }
  }
}
