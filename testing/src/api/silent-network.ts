/** A TCP proxy between the API and its database that can drop all traffic silently, as when a machine is lost or overloaded. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

export class SilentNetwork {
  readonly url: string;
  readonly #server;
  readonly #open = new Set<Socket>();
  readonly #lost = new Set<Socket>();
  #accepted = 0;

  private constructor(url: string, server: ReturnType<typeof createServer>) {
    this.url = url;
    this.#server = server;
  }

  /** @param isSilent whether the connection with this number is accepted, but gets no reply; the first has number 1 */
  static async before(
    databaseUrl: string,
    isSilent: (number: number) => boolean = () => false,
  ): Promise<SilentNetwork> {
    const to = new URL(databaseUrl);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(databaseUrl);
    url.port = String((server.address() as AddressInfo).port);
    const network = new SilentNetwork(url.href, server);
    server.on('connection', (near) => {
      network.#accepted += 1;
      if (isSilent(network.#accepted)) network.#lost.add(near);
      network.#join(near, connect(Number(to.port), to.hostname));
    });
    return network;
  }

  get connections(): number {
    return this.#open.size / 2;
  }

  /** Open connections deliver nothing any more, not even their close. New connections work. */
  loseConnections(): void {
    for (const socket of this.#open) this.#lost.add(socket);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(from);
      from.on('data', (data: Buffer) => this.#lost.has(from) || to.write(data));
      from.on('close', () => {
        this.#open.delete(from);
        if (!this.#lost.has(from)) to.destroy();
      });
      from.on('error', () => undefined);
    }
  }
}
