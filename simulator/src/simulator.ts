/** The HTTP server: a bridge for each telescope, its faults and journal, and the scheduler. Listens on loopback by default. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { Observatory, faultSchema } from './observatory.ts';
import { Scheduler } from './scheduler/scheduler.ts';

const BODY_LIMIT = 1024 * 1024;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

export interface SimulatorOptions {
  telescopes: readonly string[];
  /** Factor by which the simulation is faster than a telescope. */
  speed: number;
  port: number;
  /** The address to listen on; loopback by default. */
  host?: string;
  /** Host names that requests may use besides those of loopback. Others are refused, against DNS rebinding. */
  hosts?: readonly string[];
}

export interface Simulator {
  url: string;
  close: () => Promise<void>;
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body));
}

const SCHEDULER_ROUTE = '/api/v1/';

async function answer(
  observatories: ReadonlyMap<string, Observatory>,
  scheduler: Scheduler,
  hosts: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!hosts.has((request.headers.host ?? '').replace(/:\d+$/, ''))) {
    reply(response, 403, `Unknown host. Use ${[...hosts].join(' or ')}.\n`);
    return;
  }
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) {
    reply(response, 413, 'The request is too large.\n');
    return;
  }
  if (request.url?.startsWith(SCHEDULER_ROUTE)) {
    await scheduler.answer(request.url.slice(SCHEDULER_ROUTE.length), request, response);
    return;
  }
  const [, telescope = '', what = ''] = (request.url ?? '').split('/');
  const observatory = observatories.get(telescope);
  const route = `${request.method ?? ''} ${what}`;
  if (!observatory) {
    reply(
      response,
      404,
      `There is no telescope "${telescope}". Telescopes: ${[...observatories.keys()].join(', ')}.\n`,
    );
  } else if (route === 'GET journal') {
    reply(response, 200, observatory.journal.text());
  } else if (route === 'POST call' || route === 'POST fault') {
    const body = await json(request);
    if (what === 'fault') {
      observatory.fault(faultSchema.parse(body));
      reply(response, 200, {});
      return;
    }
    const gone = new AbortController();
    response.on('close', () => {
      gone.abort();
    });
    reply(response, 200, await observatory.call(body, gone.signal));
  } else {
    reply(response, 404, 'There is POST call, POST fault and GET journal.\n');
  }
}

export async function startSimulator({
  telescopes,
  speed,
  port,
  host = '127.0.0.1',
  hosts = [],
}: SimulatorOptions): Promise<Simulator> {
  const observatories = new Map(telescopes.map((name) => [name, new Observatory(name, speed)]));
  const scheduler = new Scheduler();
  const names = new Set([...LOOPBACK, ...hosts]);
  const server = createServer((request, response) => {
    answer(observatories, scheduler, names, request, response).catch((error: unknown) => {
      const text = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      if (response.headersSent) response.destroy();
      else reply(response, 400, `${text}\n`);
    });
  });
  // A `wait` keeps its request open until the operation ends.
  server.requestTimeout = 0;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
