/** A namespace for one measurement, with operator processes, and the times of its pods. */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { watch } from '@sequencer/kubernetes/watch';
import type { Resource } from '@sequencer/kubernetes/resources';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { client, dropNamespace, makeNamespace, until } from '@sequencer/testing/cluster/cluster';
import { get, isLeader, startProcess, type OperatorProcess } from '@sequencer/testing/cluster/operator-process';

export class BenchNamespace {
  readonly namespace: string;
  readonly #operators: OperatorProcess[] = [];

  private constructor(namespace: string) {
    this.namespace = namespace;
  }

  static async with<T>(measure: (bench: BenchNamespace) => Promise<T>): Promise<T> {
    const bench = new BenchNamespace(await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' }));
    try {
      return await measure(bench);
    } finally {
      for (const { process: child } of bench.#operators) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exit = once(child, 'exit');
        child.kill('SIGKILL');
        await exit;
      }
      await dropNamespace(bench.namespace);
    }
  }

  async operator(identity = 'one'): Promise<OperatorProcess> {
    const operator = await startProcess(this.namespace, identity, { LOG_LEVEL: 'info' });
    this.#operators.push(operator);
    await until('the operator is ready', () => get(operator, '/readyz'));
    return operator;
  }

  async leader(): Promise<OperatorProcess> {
    const operator = await this.operator();
    await until('the operator is the leader', () => isLeader(operator));
    return operator;
  }
}

/** When a condition of an object was first seen, in ms as `Date.now()`. */
export class Times<T extends KubernetesObject> {
  readonly #seen = new Map<string, number>();
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;

  /** @param keyOf the key to record the object under; null while the condition is not met */
  constructor(resource: Resource<T>, namespace: string, keyOf: (object: T) => string | null) {
    this.#watching = this.#watch(resource, namespace, keyOf);
  }

  at(key: string): number | undefined {
    return this.#seen.get(key);
  }

  get size(): number {
    return this.#seen.size;
  }

  async #watch(resource: Resource<T>, namespace: string, keyOf: (object: T) => string | null): Promise<void> {
    const { signal } = this.#ending;
    try {
      for await (const { type, object } of watch(client, resource, namespace, {}, 600_000, signal)) {
        const key = type === 'BOOKMARK' ? null : keyOf(object);
        if (key !== null && !this.#seen.has(key)) this.#seen.set(key, Date.now());
      }
      throw new Error(`the watch on the ${resource.plural} has ended`);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#watching;
  }
}

/** Resident memory of a process, in MB: current and peak. */
export function memoryOf({ process: { pid } }: OperatorProcess): { current: number; peak: number } {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? NaN) / 1024;
  return { current: read('VmRSS'), peak: read('VmHWM') };
}

/** Processes the items, at most `width` at the same time. */
export async function inParallel<T>(items: Iterable<T>, width: number, work: (item: T) => Promise<unknown>) {
  const queue = [...items].reverse();
  const worker = async () => {
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
