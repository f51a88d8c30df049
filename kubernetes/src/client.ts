/**
 * A small client for the Kubernetes API with JSON objects and a timeout for every request.
 *
 * The official client finds and refreshes the credentials. The requests are made here, so that objects stay as they are on
 * the wire (the official models parse times into dates and lose microseconds), and so that a watch can be aborted.
 * Every failure is a KubernetesError; status 0 means that the request may or may not have been carried out.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { KubernetesError, errorOf } from './errors.ts';
import { pathOf, type Resource } from './resources.ts';

const TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

type Query = Record<string, string | number | boolean | undefined>;

interface CallOptions {
  query?: Query;
  body?: unknown;
  contentType?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** An object to create. The API server adds the rest of the metadata. */
export type New<T extends KubernetesObject> = Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'status'> & {
  metadata: Partial<T['metadata']> & ({ name: string } | { generateName: string });
};

type Applied<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Applied<T[K]> } : T;

/** The fields of a server-side apply: all that the manager owns. */
export type Fields<T extends KubernetesObject> = { [K in Exclude<keyof T, 'apiVersion' | 'kind'>]?: Applied<T[K]> };

export interface ApplyOptions {
  /** Default: that of the client. */
  manager?: string;
  subresource?: 'status';
  /** Fails with a conflict if the object has another version. */
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
  readonly #manager: string;
  readonly #mayWrite: () => boolean;

  /**
   * @param manager the field manager of all changes: whose they are, in `metadata.managedFields`
   * @param mayWrite called before each change; if it returns false, the request is not sent
   */
  constructor(config: KubeConfig, manager: string, mayWrite: () => boolean = () => true) {
    const cluster = config.getCurrentCluster();
    if (!cluster) {
      throw new Error('No cluster is configured. Set KUBECONFIG, or run this in a pod with a service account.');
    }
    this.#config = config;
    this.#server = new URL(cluster.server);
    this.#manager = manager;
    this.#mayWrite = mayWrite;
  }

  /** A client with the same credentials that writes only while `mayWrite` returns true. */
  guarded(mayWrite: () => boolean): KubernetesClient {
    return new KubernetesClient(this.#config, this.#manager, mayWrite);
  }

  async get<T extends KubernetesObject>(kind: Resource<T>, namespace: string | null, name: string): Promise<T> {
    return (await this.#json('GET', pathOf(kind, namespace, name))) as T;
  }

  /** The object, or null if it does not exist. */
  async find<T extends KubernetesObject>(kind: Resource<T>, namespace: string | null, name: string): Promise<T | null> {
    try {
      return await this.get(kind, namespace, name);
    } catch (error) {
      if (error instanceof KubernetesError && error.notFound) return null;
      throw error;
    }
  }

  /** One page of a list. */
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
    // Items of a list have no apiVersion and kind.
    const items = answer.items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
    // On the last page, `continue` is missing or empty.
    return { items, resourceVersion: answer.metadata.resourceVersion, next: answer.metadata.continue || null };
  }

  /** All objects of a kind. */
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

  /** Server-side apply: the manager owns exactly these fields afterwards; fields that it owned before are removed. */
  async apply<T extends KubernetesObject>(
    kind: Resource<T>,
    namespace: string | null,
    name: string,
    fields: Fields<T>,
    { manager, subresource, resourceVersion }: ApplyOptions = {},
  ): Promise<T> {
    const metadata = Object.assign({}, fields.metadata, { name }, resourceVersion !== undefined && { resourceVersion });
    return (await this.#change('PATCH', pathOf(kind, namespace, name, subresource), {
      query: { ...(manager !== undefined && { fieldManager: manager }), force: true },
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
   * The same, only if the object has this uid; otherwise it throws a 404. Not for a status: there the API server ignores
   * the uid, and only a resourceVersion identifies the object.
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
        throw new KubernetesError(404, 'NotFound', `${name} has been deleted; another object has its name.`, {
          cause: error,
        });
      }
      throw error;
    }
  }

  async replace<T extends KubernetesObject>(kind: Resource<T>, object: T): Promise<T> {
    const { namespace, name } = object.metadata;
    return (await this.#change('PUT', pathOf(kind, namespace, name), { body: object })) as T;
  }

  /** Requests the deletion. It is not an error if the object does not exist. */
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
      // 409: the object was deleted, and another object has its name.
      if (error instanceof KubernetesError && (error.notFound || error.status === 409)) return;
      throw error;
    }
  }

  async #change(method: string, path: string, call: CallOptions): Promise<unknown> {
    if (!this.#mayWrite()) throw new KubernetesError(0, 'NotLeading', 'Not sent: this instance is not the leader.');
    const query = { ...(method !== 'DELETE' && { fieldManager: this.#manager }), ...call.query };
    return this.#json(method, path, { ...call, query });
  }

  async #json(method: string, path: string, call: CallOptions = {}): Promise<unknown> {
    const signal = AbortSignal.any([
      AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS),
      ...(call.signal ? [call.signal] : []),
    ]);
    const response = await this.open(method, path, { ...call, signal });
    return JSON.parse(await text(response)) as unknown;
  }

  /** The response, with its body as a stream. Throws if the status is not a success. */
  async open(method: string, path: string, call: CallOptions & { signal: AbortSignal }): Promise<IncomingMessage> {
    const url = new URL(this.#server.pathname.replace(/\/$/, '') + path, this.#server);
    for (const [key, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const response = await this.#send(method, url, call, body);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw errorOf(status, await text(response));
  }

  async #send(method: string, url: URL, call: CallOptions, body: Buffer | undefined): Promise<IncomingMessage> {
    const options: RequestOptions = { method, signal: call.signal };
    await this.#config.applyToHTTPSOptions(options);
    const secure = url.protocol === 'https:';
    // The agents of the official client open a connection for each request.
    if (secure && !this.#config.getCurrentCluster()?.proxyUrl) options.agent = this.#agent;
    options.headers = {
      ...(options.headers as Record<string, string> | undefined),
      accept: 'application/json',
      ...(body && { 'content-type': call.contentType ?? 'application/json', 'content-length': String(body.length) }),
    };
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, options, resolve);
      request.on('error', (error) => {
        reject(noAnswer(error));
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
      if (size > MAX_RESPONSE_BYTES) throw new Error('the response is too large');
      parts.push(part);
    }
  } catch (error) {
    throw noAnswer(error);
  }
  return Buffer.concat(parts).toString();
}

function noAnswer(error: unknown): KubernetesError {
  const message = error instanceof Error ? error.message : String(error);
  return new KubernetesError(0, 'NoAnswer', `The API server did not answer: ${message}`, { cause: error });
}

/** From KUBECONFIG, `~/.kube/config`, or the service account of the pod. */
export function defaultKubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}
