/** A namespace of a measurement's own, with an operator as a process, and what happens to the pods there. */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { watch } from '@sequencer/kubernetes/watch';
import type { Pod } from '@sequencer/kubernetes/objects';
import { PODS } from '@sequencer/kubernetes/resources';
import { client, dropNamespace, makeNamespace, until } from '@sequencer/testing/cluster/cluster';
import { get, leads, startProcess, type OperatorProcess } from '@sequencer/testing/cluster/operator-process';

export class Place {
  readonly namespace: string;
  readonly #operators: OperatorProcess[] = [];

  private constructor(namespace: string) {
    this.namespace = namespace;
  }

  static async with<T>(measure: (place: Place) => Promise<T>): Promise<T> {
    const place = new Place(await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' }));
    try {
      return await measure(place);
    } finally {
      for (const { process: child } of place.#operators) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exit = once(child, 'exit');
        child.kill('SIGKILL');
        await exit;
      }
      await dropNamespace(place.namespace);
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
    await until('it leads', () => leads(operator));
    return operator;
  }
}

/** When what was seen of pods first: by any condition, by the name of the pod. In ms, as `Date.now()`. */
export class PodTimes {
  readonly #seen = new Map<string, number>();
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;

  /** @param isIt the moment that is looked for, and the key that it is remembered by */
  constructor(namespace: string, isIt: (pod: Pod) => string | null) {
    this.#watching = this.#watch(namespace, isIt);
  }

  at(key: string): number | undefined {
    return this.#seen.get(key);
  }

  get size(): number {
    return this.#seen.size;
  }

  async #watch(namespace: string, isIt: (pod: Pod) => string | null): Promise<void> {
    const { signal } = this.#ending;
    try {
      for await (const { type, object } of watch(client, PODS, namespace, {}, 600_000, signal)) {
        const key = type === 'BOOKMARK' ? null : isIt(object);
        if (key !== null && !this.#seen.has(key)) this.#seen.set(key, Date.now());
      }
      throw new Error('the watch on the pods has ended');
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#watching;
  }
}

/** Resident memory of a process, in MB: now, and at most so far. */
export function memoryOf({ process: { pid } }: OperatorProcess): { now: number; most: number } {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? NaN) / 1024;
  return { now: read('VmRSS'), most: read('VmHWM') };
}

/** Runs up to `width` of them at the same time. */
export async function inParallel<T>(items: Iterable<T>, width: number, work: (item: T) => Promise<unknown>) {
  const queue = [...items].reverse();
  const worker = async () => {
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
