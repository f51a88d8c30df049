/** The trusted proxies of the site, by address or host name. A container may get another address at each start. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { Logger } from './log.ts';

const LOOK_UP_EVERY_MS = 10_000;
const NETWORK = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/;
const NAME = /^host:([\w-]+(?:\.[\w-]+)*)$/;

export interface ProxyList {
  addresses: BlockList;
  names: readonly string[];
}

/** Parses addresses, networks such as 192.0.2.0/28, and names such as host:web. Throws on any other text. */
export function parseProxies(words: readonly string[]): ProxyList {
  const addresses = new BlockList();
  const names: string[] = [];
  for (const text of words) {
    const [, name] = NAME.exec(text) ?? [];
    const [, address = '', bits] = NETWORK.exec(text) ?? [];
    if (name !== undefined) names.push(name);
    else if (isIP(address) === 0) throw new Error(`${text} is not an address`);
    else if (bits === undefined) addresses.addAddress(address, family(address));
    else addresses.addSubnet(address, Number(bits), family(address));
  }
  return { addresses, names };
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

export class TrustedProxies {
  readonly #list: ProxyList;
  readonly #log: Logger;
  /** The addresses of each name at the last lookup. */
  readonly #found = new Map<string, string[]>();
  #timer: NodeJS.Timeout | null = null;

  constructor(list: ProxyList, log: Logger) {
    this.#list = list;
    this.#log = log;
  }

  /** Resolves the names now and periodically. */
  async begin(): Promise<void> {
    await this.#lookUp();
    if (this.#list.names.length > 0) this.#timer = setInterval(() => void this.#lookUp(), LOOK_UP_EVERY_MS).unref();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  has(address: string): boolean {
    if (isIP(address) === 0) return false;
    if (this.#list.addresses.check(address, family(address))) return true;
    return [...this.#found.values()].some((found) => found.includes(address));
  }

  async #lookUp(): Promise<void> {
    for (const name of this.#list.names) {
      try {
        const found = await lookup(name, { all: true });
        this.#found.set(
          name,
          found.map(({ address }) => address),
        );
      } catch (error) {
        if (!this.#found.has(name) || this.#found.get(name)?.length) {
          this.#log.warn({ err: error, name }, 'cannot resolve the name of a proxy: requests from it are not trusted');
        }
        this.#found.set(name, []);
      }
    }
  }
}
