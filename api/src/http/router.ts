/** Routes HTTP requests by path. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { ERRORS, SequencerError, type Role } from '@sequencer/model';
import type { AuditLog } from '../auth/audit-log.ts';
import { authenticate, type Authenticator } from '../auth/authenticator.ts';
import { hasRole } from '../auth/grants.ts';
import type { ProviderSignIn } from '../auth/provider-sign-in.ts';
import type { Logger } from '../lib/log.ts';
import { asSequencerError } from '../store/database.ts';
import { exportAudit } from './audit-export.ts';
import type { Guard } from './guard.ts';
import type { Metrics } from '../lib/metrics.ts';
import { SECURITY_HEADERS, type Handler } from './static-files.ts';

/** Half a year, for this host only: other hosts of the site may not support https. */
const HSTS = 'max-age=15552000';

export interface Routes {
  guard: Guard;
  graphql: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  metrics: Metrics;
  authenticator: Authenticator;
  audit: AuditLog;
  /** Null without an OpenID Connect provider. */
  provider: ProviderSignIn | null;
  log: Logger;
  pages: Handler | null;
  /** Throws when GraphQL cannot be served now. */
  ready: () => Promise<void>;
  /** Whether the sequencer's runner is connected. */
  runnerReady: (sequencer: string) => boolean;
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${body}\n`);
}

function sendError(response: ServerResponse, { status, code, message, remedy }: SequencerError): void {
  response
    // The rest of the body is not read.
    .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    .end(JSON.stringify({ errors: [{ message, extensions: { code, remedy } }] }));
}

export function makeRouter(routes: Routes): RequestListener {
  return (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (routes.authenticator.clientAddresses.secure(request)) response.setHeader('strict-transport-security', HSTS);
    const refusal = routes.guard.checkRequest(request);
    if (refusal) {
      sendError(response, refusal);
      return;
    }
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    route(routes, path, request, response).catch((error: unknown) => {
      const known = asSequencerError(error);
      if (!known) routes.log.error({ err: error, path }, 'request failed');
      if (response.headersSent) response.destroy();
      else sendError(response, known ?? new SequencerError('INTERNAL'));
    });
  };
}

/** Throws UNAUTHENTICATED or FORBIDDEN unless the caller has the role. */
async function requireRole(routes: Routes, request: IncomingMessage, role: Role): Promise<void> {
  const { user } = await authenticate(routes.authenticator, request);
  if (!hasRole(user, role)) throw new SequencerError('FORBIDDEN');
}

async function route(routes: Routes, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (path) {
    case '/graphql': {
      const refusal = routes.guard.checkGraphql(request);
      if (refusal) sendError(response, refusal);
      else await routes.graphql(request, response);
      return;
    }
    case '/healthz':
      text(response, 200, 'alive');
      return;
    case '/readyz':
      await routes.ready().then(
        () => {
          text(response, 200, 'ready');
        },
        (error: unknown) => {
          const { status, message } = asSequencerError(error) ?? new SequencerError('DATABASE_AWAY');
          text(response, status, message);
        },
      );
      return;
    case '/metrics':
      await requireRole(routes, request, 'VIEWER');
      response.writeHead(200, { 'content-type': routes.metrics.registry.contentType });
      response.end(await routes.metrics.registry.metrics());
      return;
    case '/audit.ndjson':
    case '/audit.csv':
      await requireRole(routes, request, 'ADMIN');
      await exportAudit(routes.audit, path === '/audit.csv' ? 'csv' : 'ndjson', request, response);
      return;
    case '/oidc-login':
    case '/oidc-callback':
      if (!routes.provider || request.method !== 'GET') text(response, 404, 'Not found.');
      else if (path === '/oidc-login') await routes.provider.login(request, response);
      else await routes.provider.callback(request, response);
      return;
    case '/runner':
      text(response, 426, 'Runners connect to this path with a websocket.');
      return;
    default:
      if (path.startsWith('/readyz/')) {
        const isReady = routes.runnerReady(path.slice('/readyz/'.length));
        if (isReady) text(response, 200, 'ready');
        else text(response, ERRORS.RUNNER_AWAY.status, 'No runner is connected for this sequencer.');
      } else if (routes.pages && (request.method === 'GET' || request.method === 'HEAD')) {
        routes.pages(request, response, () => {
          text(response, 404, 'Not found.');
        });
      } else text(response, 404, 'Not found.');
  }
}
