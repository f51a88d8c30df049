/** Errors of requests to the Kubernetes API. */
import { z } from 'zod';

export class KubernetesError extends Error {
  /** The HTTP status; 0 if there was no answer, so that the request may or may not have been carried out. */
  readonly status: number;
  /** The reason of the API server's Status object, such as `AlreadyExists`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KubernetesError';
    this.status = status;
    this.reason = reason;
  }

  get notFound(): boolean {
    return this.status === 404;
  }

  /** The object has changed since it was read. */
  get conflict(): boolean {
    return this.status === 409 && this.reason === 'Conflict';
  }

  get alreadyExists(): boolean {
    return this.status === 409 && this.reason === 'AlreadyExists';
  }

  /** The object with the requested uid was deleted, and another object has its name. */
  get otherUid(): boolean {
    return this.status === 422 && this.message.includes('metadata.uid:');
  }

  /** The resourceVersion or the continue token is too old: a new list is needed. */
  get expired(): boolean {
    return this.status === 410;
  }
}

const statusSchema = z.looseObject({ reason: z.string().optional(), message: z.string().optional() });

/** From the body of an error response. */
export function errorOf(status: number, body: string): KubernetesError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Not from the API server, but from a proxy in front of it.
    return new KubernetesError(status, '', body.slice(0, 500) || `HTTP status ${String(status)}`);
  }
  const { reason = '', message = '' } = statusSchema.catch({}).parse(parsed);
  return new KubernetesError(status, reason, message || `HTTP status ${String(status)}`);
}

/** From an ERROR event of a watch. */
export function errorOfStatus(object: unknown): KubernetesError {
  const {
    code = 500,
    reason = '',
    message = '',
  } = statusSchema.extend({ code: z.int().optional() }).catch({}).parse(object);
  return new KubernetesError(code, reason, message);
}
