/** API processes, and one address in front of them, as a Kubernetes Service has. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { spawnApiProcess, type ApiProcess } from '../api/api-process.ts';
import { SETTINGS } from './operators.ts';

export type { ApiProcess };

export function spawnApi(databaseUrl: string, namespace: string): Promise<ApiProcess> {
  return spawnApiProcess({
    DATABASE_URL: databaseUrl,
    BACKEND: 'kubernetes',
    NAMESPACE: namespace,
    RUN_TOKEN_KEY: SETTINGS.runTokenKey,
  });
}

/** A TCP proxy that forwards the connections of runners to one of the API processes. */
export class Service {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  private constructor() {
    this.#server = createServer((near) => {
      if (this.#port === 0) {
        near.destroy();
        return;
      }
      const far = connect(this.#port, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => undefined);
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  static async start(): Promise<Service> {
    const service = new Service();
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get url(): string {
    return `ws://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/runner`;
  }

  forwardTo({ url }: { url: string }): void {
    this.#port = Number(new URL(url).port);
  }

  /** Closes all connections and refuses new ones, until `forwardTo` is called. */
  cut(): void {
    this.#port = 0;
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
