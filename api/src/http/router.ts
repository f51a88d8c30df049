/** Which part answers which path. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Yoga } from '../graphql/yoga.ts';
import type { Guard, Refusal } from './guard.ts';
import type { Metrics } from './metrics.ts';
import { SECURITY_HEADERS, type Handler } from './static-files.ts';

export interface Routes {
  guard: Guard;
  yoga: Yoga;
  metrics: Metrics;
  pages: Handler | null;
  /** Throws when GraphQL cannot be used now. */
  ready: () => Promise<void>;
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${body}\n`);
}

export function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  response
    // What is left of the body is not read.
    .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    .end(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
}

export function makeRouter(routes: Routes): RequestListener {
  return (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const refusal = routes.guard.request(request);
    if (refusal) {
      refuse(response, refusal);
      return;
    }
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    void answer(routes, path, request, response);
  };
}

async function answer(routes: Routes, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (path) {
    case '/graphql': {
      const refusal = routes.guard.graphql(request);
      if (refusal) refuse(response, refusal);
      else await routes.yoga.handle(request, response, { req: request, res: response });
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
        () => {
          text(response, 503, 'The database is not reachable.');
        },
      );
      return;
    case '/metrics':
      response.writeHead(200, { 'content-type': routes.metrics.registry.contentType });
      response.end(await routes.metrics.registry.metrics());
      return;
    case '/runner':
      text(response, 426, 'Runners connect here by websocket.');
      return;
    default:
      if (routes.pages && (request.method === 'GET' || request.method === 'HEAD')) {
        routes.pages(request, response, () => {
          text(response, 404, 'There is nothing here.');
        });
      } else text(response, 404, 'There is nothing here.');
  }
}
