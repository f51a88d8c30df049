/**
 * A small client of the Kubernetes API: JSON in, JSON out, every request with a time limit.
 *
 * The official client finds and refreshes credentials; the requests are made here, so that objects stay as they are on
 * the wire (its models turn times into dates, and lose their microseconds), and so that a watch can be cut off.
 * Every failure is a KubernetesError; status 0 means that the request may or may not have been carried out.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { KubernetesError, errorOf } from './errors.ts';
import { pathOf, type Resource } from './resources.ts';

const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

type Query = Record<string, string | number | boolean | undefined>;

interface Ask {
  query?: Query;
  body?: unknown;
  contentType?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** What a new object is made from: the API server adds the rest of the metadata. */
export type New<T extends KubernetesObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'status'> & {
  metadata: Partial<T['metadata']> & ({ name: string } | { generateName: string });
};

type Applied<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Applied<T[K]> } : T;

/** What server-side apply is given: the fields that the manager owns. */
export type Fields<T extends KubernetesObject> = { [K in Exclude<keyof T, 'apiVersion' | 'kind'>]?: Applied<T[K]> };

export interface ApplyOptions {
  manager: string;
  subresource?: 'status';
  /** Only if the object is still the one of this version. */
  resourceVersion?: string;
}

export interface List<T> {
  items: T[];
  resourceVersion: string;
  next: string | null;
}

export class KubernetesClient {
  readonly #config: KubeConfig;
  readonly #server: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #mayWrite: () => boolean;

  /** @param mayWrite called before each change; when it returns false, nothing is sent */
  constructor(config: KubeConfig, mayWrite: () => boolean = () => true) {
    const cluster = config.getCurrentCluster();
    if (!cluster) {
      throw new Error('There is no cluster to talk to. Set KUBECONFIG, or run this in a pod with a service account.');
    }
    this.#config = config;
    this.#server = new URL(cluster.server);
    this.#mayWrite = mayWrite;
  }

  /** A client with the same credentials that writes only while `mayWrite` returns true. */
  guarded(mayWrite: () => boolean): KubernetesClient {
    return new KubernetesClient(this.#config, mayWrite);
  }

  async get<T extends KubernetesObject>(kind: Resource<T>, namespace: string | null, name: string): Promise<T> {
    return (await this.#json('GET', pathOf(kind, namespace, name))) as T;
  }

  /** The object, or null when there is none. */
  async find<T extends KubernetesObject>(kind: Resource<T>, namespace: string | null, name: string): Promise<T | null> {
    try {
      return await this.get(kind, namespace, name);
    } catch (error) {
      if (error instanceof KubernetesError && error.notFound) return null;
      throw error;
    }
  }

  /** One page. */
  async page<T extends KubernetesObject>(
    kind: Resource<T>,
    namespace: string | null,
    query: Query,
    signal?: AbortSignal,
  ): Promise<List<T>> {
    const answer = (await this.#json('GET', pathOf(kind, namespace), {
      query,
      timeoutMs: 3 * TIMEOUT_MS,
      ...(signal && { signal }),
    })) as { items: T[]; metadata: { resourceVersion: string; continue?: string } };
    // Items of a list do not say what they are.
    const items = answer.items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
    // Without more to come it is missing, or empty.
    return { items, resourceVersion: answer.metadata.resourceVersion, next: answer.metadata.continue || null };
  }

  /** All of them. */
  async list<T extends KubernetesObject>(kind: Resource<T>, namespace: string | null, query: Query = {}): Promise<T[]> {
    const items: T[] = [];
    let next: string | null = null;
    do {
      const page: List<T> = await this.page(kind, namespace, { ...query, limit: 500, continue: next ?? undefined });
      items.push(...page.items);
      next = page.next;
    } while (next !== null);
    return items;
  }

  async create<T extends KubernetesObject>(kind: Resource<T>, namespace: string | null, object: New<T>): Promise<T> {
    const body = { ...object, apiVersion: kind.apiVersion, kind: kind.kind };
    return (await this.#change('POST', pathOf(kind, namespace), { body })) as T;
  }

  /** Server-side apply: the manager owns the fields that are given, and gives up those it owned before and that are not. */
  async apply<T extends KubernetesObject>(
    kind: Resource<T>,
    namespace: string | null,
    name: string,
    fields: Fields<T>,
    { manager, subresource, resourceVersion }: ApplyOptions,
  ): Promise<T> {
    const metadata = Object.assign({}, fields.metadata, { name }, resourceVersion !== undefined && { resourceVersion });
    return (await this.#change('PATCH', pathOf(kind, namespace, name, subresource), {
      query: { fieldManager: manager, force: true },
      body: { ...fields, apiVersion: kind.apiVersion, kind: kind.kind, metadata },
      contentType: 'application/apply-patch+yaml',
    })) as T;
  }

  /** JSON merge patch (RFC 7396). */
  async merge<T extends KubernetesObject>(
    kind: Resource<T>,
    namespace: string | null,
    name: string,
    patch: unknown,
    subresource?: 'status',
  ): Promise<T> {
    return (await this.#change('PATCH', pathOf(kind, namespace, name, subresource), {
      body: patch,
      contentType: 'application/merge-patch+json',
    })) as T;
  }

  /**
   * The same, into the object that has the uid and into no other of its name: then it is not found. Not for a status,
   * where the API server does not look at the uid: there only a resourceVersion names one object.
   */
  async mergeInto<T extends KubernetesObject>(
    kind: Resource<T>,
    namespace: string | null,
    { name, uid }: { name: string; uid: string },
    { metadata, ...patch }: { metadata?: object; spec?: unknown },
  ): Promise<T> {
    try {
      return await this.merge(kind, namespace, name, { metadata: { ...metadata, uid }, ...patch });
    } catch (error) {
      if (error instanceof KubernetesError && error.otherUid) {
        throw new KubernetesError(404, 'NotFound', `${name} is another object by now.`, { cause: error });
      }
      throw error;
    }
  }

  async replace<T extends KubernetesObject>(kind: Resource<T>, object: T): Promise<T> {
    const { namespace, name } = object.metadata;
    return (await this.#change('PUT', pathOf(kind, namespace, name), { body: object })) as T;
  }

  /** Begins the deletion; that there is nothing to delete is no error. */
  async remove<T extends KubernetesObject>(
    kind: Resource<T>,
    namespace: string | null,
    { name, uid }: { name: string; uid: string },
    options: { propagationPolicy?: 'Foreground' | 'Background'; gracePeriodSeconds?: number } = {},
  ): Promise<void> {
    try {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid }, ...options };
      await this.#change('DELETE', pathOf(kind, namespace, name), { body });
    } catch (error) {
      // 409: it is another object of the same name by now.
      if (error instanceof KubernetesError && (error.notFound || error.status === 409)) return;
      throw error;
    }
  }

  async #change(method: string, path: string, ask: Ask): Promise<unknown> {
    if (!this.#mayWrite()) throw new KubernetesError(0, 'NotLeading', 'Nothing is written: another instance may lead.');
    return this.#json(method, path, ask);
  }

  async #json(method: string, path: string, ask: Ask = {}): Promise<unknown> {
    const signal = AbortSignal.any([
      AbortSignal.timeout(ask.timeoutMs ?? TIMEOUT_MS),
      ...(ask.signal ? [ask.signal] : []),
    ]);
    const response = await this.open(method, path, { ...ask, signal });
    return JSON.parse(await text(response)) as unknown;
  }

  /** The answer's body as it comes. Throws when it is not a success. */
  async open(method: string, path: string, ask: Ask & { signal: AbortSignal }): Promise<IncomingMessage> {
    const url = new URL(this.#server.pathname.replace(/\/$/, '') + path, this.#server);
    for (const [key, value] of Object.entries(ask.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    const body = ask.body === undefined ? undefined : Buffer.from(JSON.stringify(ask.body));
    const response = await this.#send(method, url, ask, body);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw errorOf(status, await text(response));
  }

  async #send(method: string, url: URL, ask: Ask, body: Buffer | undefined): Promise<IncomingMessage> {
    const options: RequestOptions = { method, signal: ask.signal };
    await this.#config.applyToHTTPSOptions(options);
    const secure = url.protocol === 'https:';
    // The official client's agents open a connection for each request.
    if (secure && !this.#config.getCurrentCluster()?.proxyUrl) options.agent = this.#agent;
    options.headers = {
      ...(options.headers as Record<string, string> | undefined),
      accept: 'application/json',
      ...(body && { 'content-type': ask.contentType ?? 'application/json', 'content-length': String(body.length) }),
    };
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, options, resolve);
      request.on('error', (error) => {
        reject(unanswered(error));
      });
      request.end(body);
    });
  }
}

async function text(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > LARGEST_ANSWER) throw new Error('the answer is too large');
      parts.push(part);
    }
  } catch (error) {
    throw unanswered(error);
  }
  return Buffer.concat(parts).toString();
}

function unanswered(error: unknown): KubernetesError {
  const message = error instanceof Error ? error.message : String(error);
  return new KubernetesError(0, 'NoAnswer', `The API server did not answer: ${message}`, { cause: error });
}

/** From KUBECONFIG, the file in the home folder, or the service account of the pod. */
export function defaultKubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}
