/** Checks a namespace independently of the operators: one live pod per sequencer, one pod per run, and final phases that stay. */
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
  checks = 0;
  readonly #namespace: string;
  readonly #allowsOverlap: boolean;

  /**
   * @param allowsOverlap true if runners report the end of a run to an API: then the next pod may start while the previous one
   *   still sends its record, and the clocks of the scripts show that no two of them overlapped
   */
  constructor(namespace: string, allowsOverlap = false) {
    this.#namespace = namespace;
    this.#allowsOverlap = allowsOverlap;
  }

  async check(): Promise<void> {
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
      if (isPodTerminated(pod, Date.now()) || (this.#allowsOverlap && over.has(owner))) continue;
      const sequencer = pod.metadata.labels?.[LABELS.sequencer] ?? '';
      alive.set(sequencer, [...(alive.get(sequencer) ?? []), pod.metadata.name]);
    }
    for (const [sequencer, names] of alive) {
      if (names.length > 1) this.faults.push(`${sequencer} had ${names.join(' and ')} at the same time`);
    }
    for (const { metadata, status } of runs) {
      const before = this.ends.get(metadata.uid);
      if (before !== undefined && before !== status?.phase)
        this.faults.push(`${metadata.name}: ${before}, then ${status?.phase ?? ''}`);
      if (isFinalKubernetesPhase(status?.phase)) this.ends.set(metadata.uid, status.phase);
    }
    this.checks += 1;
  }

  /** @param unanswered called when the API server does not answer; without it, that is a failure */
  async watch(signal: AbortSignal, everyMs = 50, unanswered?: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.check();
      } catch (error) {
        if (!unanswered) throw error;
        unanswered(error);
      }
      await sleep(everyMs);
    }
  }
}
