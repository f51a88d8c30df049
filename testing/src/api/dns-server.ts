/** A DNS server that knows one name, and may swallow each query as a server does whose machine is lost. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const HEADER = 12;
const TYPE_A = 1;
const OK = 0x8180;
const NO_SUCH_NAME = 0x8183;

export class DnsServer {
  isSilent = false;
  /** Queries that were swallowed. */
  swallowed = 0;
  readonly #socket: Socket;
  readonly #name: string;

  private constructor(socket: Socket, name: string) {
    this.#socket = socket;
    this.#name = name;
    socket.on('message', (query, { port, address }) => {
      if (this.isSilent) this.swallowed += 1;
      else socket.send(this.#answer(query), port, address);
    });
  }

  /**
   * Needs the rights for port 53, which is the only one that a resolver uses.
   *
   * @param name resolves to 127.0.0.1
   */
  static async listen(address: string, name: string): Promise<DnsServer> {
    const socket = createSocket('udp4');
    socket.bind(53, address);
    await once(socket, 'listening');
    return new DnsServer(socket, name);
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer {
    const labels: string[] = [];
    let at = HEADER;
    for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const isKnown = labels.join('.') === this.#name;
    const hasAddress = isKnown && query.readUInt16BE(at + 1) === TYPE_A;
    const question = Buffer.from(query.subarray(0, at + 5));
    question.writeUInt16BE(isKnown ? OK : NO_SUCH_NAME, 2);
    question.writeUInt16BE(hasAddress ? 1 : 0, 6);
    question.writeUInt32BE(0, 8);
    // The name of the question, type A, class IN, no caching, four bytes.
    const address = Buffer.from([0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
    return hasAddress ? Buffer.concat([question, address]) : question;
  }
}
