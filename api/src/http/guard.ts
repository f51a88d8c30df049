/** Rejects requests with an unknown host or origin, and GraphQL requests that are not JSON of a bounded size. */
import type { IncomingMessage } from 'node:http';
import { SequencerError, type SignInMethod } from '@sequencer/model';

const BODY_LIMIT = 2 * 1024 * 1024;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** A stream over HTTP would outlive the session that it was opened with. */
export function noStreams(): SequencerError {
  return formError(
    406,
    'GraphQL over HTTP returns one JSON document (accept: application/json).',
    'Use a websocket (graphql-transport-ws) for subscriptions.',
  );
}

/** A request in the wrong form. The status is more exact than that of BAD_INPUT. */
function formError(status: number, message: string, remedy: string): SequencerError {
  return new SequencerError('BAD_INPUT', message, remedy, status);
}

/** The part of the configuration that the guard reads. */
interface GuardConfig {
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  auth: { publicUrl: URL | null; methods: readonly SignInMethod[] };
}

export interface Guard {
  /** Checks the host and the origin: prevents DNS rebinding and cross-site requests. */
  checkRequest: (request: IncomingMessage) => SequencerError | null;
  /** Checks that a GraphQL request cannot come from a form of another site. */
  checkGraphql: (request: IncomingMessage) => SequencerError | null;
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
        const text = `This server has no sign-in (AUTH=none), and the header ${header} shows that a proxy forwarded the request.`;
        return new SequencerError('FORBIDDEN', text, "Set AUTH, or open the server's own address on its machine.");
      }
      const host = headers.host?.toLowerCase() ?? '';
      if (!hosts.has(host) && !hosts.has(host.replace(/:\d+$/, ''))) {
        return new SequencerError('BAD_ORIGIN', `The host "${host}" is not allowed.`, 'Add it to ALLOWED_HOSTS.', 421);
      }
      const origin = headers.origin?.toLowerCase();
      // Programs send no Origin. Browsers always send it for cross-site requests.
      if (origin === undefined || origins.has(origin)) return null;
      if (origin === `http://${host}` || origin === `https://${host}`) return null;
      const text = `Requests from pages of ${origin} are not allowed.`;
      return new SequencerError('BAD_ORIGIN', text, 'If this is the address of your pages, set PUBLIC_URL to it.');
    },
    checkGraphql: ({ method, headers }) => {
      if (!acceptsJson(headers.accept)) return noStreams();
      if (method !== 'POST')
        return formError(405, 'GraphQL requests have the method POST.', 'Use POST, or a websocket.');
      // Forms of other sites can send text/plain and form data without a CORS preflight, but not JSON.
      if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
        return formError(415, 'GraphQL requests are JSON.', 'Send the content type application/json.');
      }
      if (headers['content-length'] === undefined)
        return formError(411, 'The request has no content length.', 'Send a content length.');
      if (Number(headers['content-length']) > BODY_LIMIT) {
        return formError(413, 'The request is larger than 2 MiB.', 'A script can have at most 512 KiB.');
      }
      return null;
    },
  };
}
