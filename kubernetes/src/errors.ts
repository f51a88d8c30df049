/** What the API server, or the way to it, answers instead of what was asked for. */
import { z } from 'zod';

export class KubernetesError extends Error {
  /** The HTTP status; 0 when there was no answer: whether the request was carried out is not known then. */
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

  /** Somebody else changed the object since it was read. */
  get conflict(): boolean {
    return this.status === 409 && this.reason === 'Conflict';
  }

  get alreadyExists(): boolean {
    return this.status === 409 && this.reason === 'AlreadyExists';
  }

  /** Another object has the name, since the one that was meant was deleted. */
  get otherUid(): boolean {
    return this.status === 422 && this.message.includes('metadata.uid:');
  }

  /** The place in the watch, or in the list, is too old: a list from the start is needed. */
  get expired(): boolean {
    return this.status === 410;
  }
}

const statusSchema = z.looseObject({ reason: z.string().optional(), message: z.string().optional() });

/** From the body of an answer that is not a success. */
export function errorOf(status: number, body: string): KubernetesError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // An answer of something between here and the API server, in words of its own.
    return new KubernetesError(status, '', body.slice(0, 500) || `HTTP status ${String(status)}`);
  }
  const { reason = '', message = '' } = statusSchema.catch({}).parse(parsed);
  return new KubernetesError(status, reason, message || `HTTP status ${String(status)}`);
}

/** An error that the API server sent as an event of a watch. */
export function errorOfStatus(object: unknown): KubernetesError {
  const {
    code = 500,
    reason = '',
    message = '',
  } = statusSchema.extend({ code: z.int().optional() }).catch({}).parse(object);
  return new KubernetesError(code, reason, message);
}
