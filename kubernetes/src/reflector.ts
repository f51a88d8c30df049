/**
 * Keeps a cache of all objects of one kind, and reports changes, after client-go's Reflector and informers.
 *
 * Contract
 * - `run` lists page by page, then watches from that version. Only an abort of its signal ends it; errors are retried.
 * - The cache may be outdated, but it never goes back to an older state: it is what the API server had at some moment.
 *   A write that is based on it has to be conditional (resourceVersion, or a name that can exist only once).
 * - `changed` is called after the cache has changed, with the object before and after: for each change of a watch, for
 *   each difference to a new list (also for objects that were deleted while no watch was open), and for every object at
 *   each resync. Several changes may be reported as one.
 * - A list reports older objects first.
 * - A broken connection, a server error or silence (the server sends a bookmark every minute) leads to a new watch from
 *   the last version, after a jittered back-off. `410 Gone`, or several failures in a row, lead to a new list.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { byCreation, type KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { BackOff } from './back-off.ts';
import type { KubernetesClient } from './client.ts';
import { KubernetesError } from './errors.ts';
import type { Resource } from './resources.ts';
import { watch } from './watch.ts';

export interface ReflectorOptions<T extends KubernetesObject> {
  client: KubernetesClient;
  resource: Resource<T>;
  /** null: all namespaces. */
  namespace: string | null;
  query?: { labelSelector?: string; fieldSelector?: string };
  /** Applied to each object before it is cached, for example to drop large fields. */
  transform?: (object: T) => T;
  changed: (before: T | undefined, after: T | undefined) => void;
  /** Called when a list or a watch failed; it is retried. */
  onError?: (error: unknown) => void;
  pageSize?: number;
  inactivityMs?: number;
  resyncMs?: number;
  backOff?: BackOff;
}

const FAILURES_BEFORE_LIST = 5;

export function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

export class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #objects = new Map<string, T>();
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #backOff: BackOff;
  #version: string | null = null;
  #lists = 0;
  #watches = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#backOff = options.backOff ?? new BackOff(200, 30_000);
  }

  /** Resolved once the first list is complete. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** How many lists and watches there were so far. */
  get counts(): { lists: number; watches: number } {
    return { lists: this.#lists, watches: this.#watches };
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(`${namespace}/${name}`);
  }

  all(): IterableIterator<T> {
    return this.#objects.values();
  }

  get size(): number {
    return this.#objects.size;
  }

  async run(signal: AbortSignal): Promise<void> {
    const resync = setInterval(
      () => {
        for (const object of this.#objects.values()) this.#options.changed(object, object);
      },
      (this.#options.resyncMs ?? 5 * 60_000) * (0.9 + Math.random() / 5),
    );
    try {
      while (!signal.aborted) await this.#listAndWatch(signal);
    } finally {
      clearInterval(resync);
    }
  }

  async #listAndWatch(signal: AbortSignal): Promise<void> {
    try {
      if (this.#version === null) await this.#list(signal);
      await this.#watch(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#options.onError?.(error);
      const expired = error instanceof KubernetesError && error.expired;
      if (expired || this.#backOff.failures >= FAILURES_BEFORE_LIST) this.#version = null;
      await sleep(this.#backOff.next(), undefined, { signal }).catch(() => undefined);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, resource, namespace, query, pageSize = 500 } = this.#options;
    this.#lists += 1;
    const found = new Map<string, T>();
    let next: string | null = null;
    let version: string;
    do {
      const page: Awaited<ReturnType<typeof client.page<T>>> = await client.page(
        resource,
        namespace,
        { ...query, limit: pageSize, continue: next ?? undefined },
        signal,
      );
      for (const item of page.items) found.set(keyOf(item), this.#transformed(item));
      ({ resourceVersion: version, next } = page);
    } while (next !== null);
    this.#version = version;
    for (const [key, before] of [...this.#objects]) if (!found.has(key)) this.#set(key, before, undefined);
    for (const [key, after] of [...found].sort(([, a], [, b]) => byCreation(a, b))) {
      const before = this.#objects.get(key);
      if (before?.metadata.resourceVersion !== after.metadata.resourceVersion) this.#set(key, before, after);
    }
    this.#backOff.reset();
    this.#ready.resolve();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, resource, namespace, query, inactivityMs = 90_000 } = this.#options;
    this.#watches += 1;
    const events = watch(
      client,
      resource,
      namespace,
      { ...query, resourceVersion: this.#version ?? '' },
      inactivityMs,
      signal,
    );
    const startedAt = performance.now();
    let quiet = true;
    for await (const { type, object } of events) {
      quiet = false;
      // An event shows that the watch works; an open connection does not.
      this.#backOff.reset();
      if (type !== 'BOOKMARK') {
        const key = keyOf(object);
        this.#set(key, this.#objects.get(key), type === 'DELETED' ? undefined : this.#transformed(object));
      }
      this.#version = object.metadata.resourceVersion;
    }
    if (quiet && performance.now() - startedAt < 1000)
      throw new KubernetesError(0, 'Closed', 'The watch ended immediately.');
  }

  #transformed(object: T): T {
    return this.#options.transform?.(object) ?? object;
  }

  #set(key: string, before: T | undefined, after: T | undefined): void {
    if (after) this.#objects.set(key, after);
    else this.#objects.delete(key);
    this.#options.changed(before, after);
  }
}
