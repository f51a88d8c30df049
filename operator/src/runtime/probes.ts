/** /healthz, /readyz and /metrics. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface Probes {
  /** Whether what it knows of the cluster is complete. */
  ready: () => boolean;
  registry: Registry;
}

export async function serveProbes(
  host: string,
  port: number,
  probes: Probes,
): Promise<{ port: number; server: Server }> {
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    const say = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    switch (request.url) {
      case '/healthz':
        say(200, 'ok\n');
        return;
      case '/readyz':
        if (probes.ready()) say(200, 'ok\n');
        else say(503, 'the first lists are not complete yet\n');
        return;
      case '/metrics':
        probes.registry.metrics().then(
          (text) => {
            say(200, text, probes.registry.contentType);
          },
          (error: unknown) => {
            say(500, String(error));
          },
        );
        return;
      default:
        say(404, 'There is /healthz, /readyz and /metrics.\n');
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}
