/** Rejects requests with an unknown host or origin, and GraphQL requests that are not JSON of a bounded size. */
import type { IncomingMessage } from 'node:http';
import { ERRORS, type ErrorCode, type SignInMethod } from '@sequencer/model';

const BODY_LIMIT = 2 * 1024 * 1024;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** A stream over HTTP would outlive the session that it was opened with. */
export const NO_STREAMS =
  'GraphQL over HTTP returns one JSON document (accept: application/json). Use a websocket (graphql-transport-ws) for subscriptions.';

export interface HttpError {
  status: number;
  code: ErrorCode;
  message: string;
}

/** The part of the configuration that the guard reads. */
interface GuardConfig {
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  auth: { publicUrl: URL | null; methods: readonly SignInMethod[] };
}

export interface Guard {
  /** Checks the host and the origin: prevents DNS rebinding and cross-site requests. */
  checkRequest: (request: IncomingMessage) => HttpError | null;
  /** Checks that a GraphQL request cannot come from a form of another site. */
  checkGraphql: (request: IncomingMessage) => HttpError | null;
}

function httpError(status: number, code: ErrorCode, message: string = ERRORS[code]): HttpError {
  return { status, code, message };
}

/** Whether the client accepts JSON. A missing Accept header accepts everything. */
function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => /^\s*(\*\/\*|application\/(\*|([\w.-]+\+)?json))\s*(;|$)/i.test(range));
}

/** Headers with which a proxy forwards the address or host of a client. */
const FORWARDING_HEADER = /^(forwarded|x-forwarded(-.*)?|x-real-ip)$/;

export function makeGuard({ allowedHosts, allowedOrigins, auth: { publicUrl, methods } }: GuardConfig): Guard {
  const own = publicUrl ? [publicUrl] : [];
  const hosts = new Set([...LOOPBACK, ...own.map(({ host }) => host), ...allowedHosts.map((h) => h.toLowerCase())]);
  const origins = new Set([...own.map(({ origin }) => origin), ...allowedOrigins.map((o) => o.toLowerCase())]);
  return {
    checkRequest: ({ headers }) => {
      const header = methods.includes('none') && Object.keys(headers).find((name) => FORWARDING_HEADER.test(name));
      if (header) {
        const text = `This server has no sign-in (AUTH=none), and the header ${header} shows that a proxy forwarded the request. Set AUTH, or open the server's own address on its machine.`;
        return httpError(403, 'FORBIDDEN', text);
      }
      const host = headers.host?.toLowerCase() ?? '';
      if (!hosts.has(host) && !hosts.has(host.replace(/:\d+$/, ''))) {
        return httpError(421, 'BAD_ORIGIN', `The host "${host}" is not allowed. Add it to ALLOWED_HOSTS.`);
      }
      const origin = headers.origin?.toLowerCase();
      // Programs send no Origin. Browsers always send it for cross-site requests.
      if (origin === undefined || origins.has(origin)) return null;
      if (origin === `http://${host}` || origin === `https://${host}`) return null;
      const text = `Requests from pages of ${origin} are not allowed. If this is the address of your pages, set PUBLIC_URL to it.`;
      return httpError(403, 'BAD_ORIGIN', text);
    },
    checkGraphql: ({ method, headers }) => {
      if (!acceptsJson(headers.accept)) return httpError(406, 'BAD_INPUT', NO_STREAMS);
      if (method !== 'POST')
        return httpError(405, 'BAD_INPUT', 'Send GraphQL requests with POST, or over a websocket.');
      // Forms of other sites can send text/plain and form data without a CORS preflight, but not JSON.
      if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
        return httpError(415, 'BAD_INPUT', 'Send the content type application/json.');
      }
      if (headers['content-length'] === undefined) return httpError(411, 'BAD_INPUT', 'Send a content length.');
      if (Number(headers['content-length']) > BODY_LIMIT) {
        return httpError(413, 'BAD_INPUT', 'The request is larger than 2 MiB. A script can have at most 512 KiB.');
      }
      return null;
    },
  };
}
