/** The HTTP server of /healthz, /readyz and /metrics. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface Probes {
  /** Whether the cache is filled. */
  ready: () => boolean;
  registry: Registry;
}

export async function serveProbes(
  host: string,
  port: number,
  probes: Probes,
): Promise<{ port: number; server: Server }> {
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    const respond = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    switch (request.url) {
      case '/healthz':
        respond(200, 'ok\n');
        return;
      case '/readyz':
        if (probes.ready()) respond(200, 'ok\n');
        else respond(503, 'the cache is not filled yet\n');
        return;
      case '/metrics':
        probes.registry.metrics().then(
          (text) => {
            respond(200, text, probes.registry.contentType);
          },
          (error: unknown) => {
            respond(500, String(error));
          },
        );
        return;
      default:
        respond(404, 'Not found. Available: /healthz, /readyz, /metrics.\n');
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}
