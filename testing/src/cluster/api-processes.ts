/** API processes, and one address in front of them, as a Kubernetes Service has. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../root.ts';
import { SETTINGS } from './operators.ts';

const main = join(root, 'api/src/main.ts');

export interface ApiProcess {
  url: string;
  process: ChildProcess;
  /** kill -9 */
  kill: () => Promise<void>;
  /** SIGTERM, as in a rolling upgrade. */
  stop: () => Promise<void>;
}

export async function spawnApi(databaseUrl: string, namespace: string): Promise<ApiProcess> {
  const env = {
    ...process.env,
    PORT: '0',
    DATABASE_URL: databaseUrl,
    BACKEND: 'kubernetes',
    NAMESPACE: namespace,
    RUN_TOKEN_KEY: SETTINGS.runTokenKey,
    USER_NAME: 'tester',
  };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`the API ended with ${String(code)}`));
    });
    lines.on('line', (line) => {
      if (process.env.API_LOG) console.log(line);
      const { url } = JSON.parse(line) as { url?: string };
      if (url !== undefined) resolve(url);
    });
  });
  return { url, process: child, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
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
