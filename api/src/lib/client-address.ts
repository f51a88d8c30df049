/** The client address of a request. Headers of a proxy are used only when it is a trusted proxy of the site. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TrustedProxies } from './trusted-proxies.ts';

export interface ClientAddresses {
  /** The address of the client. */
  address: (request: IncomingMessage) => string;
  /** Whether the browser uses https. */
  secure: (request: IncomingMessage) => boolean;
  /** Whether the connection comes from a trusted proxy. */
  trusted: (request: IncomingMessage) => boolean;
}

const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** The canonical form of an address. An IPv4-mapped IPv6 address becomes IPv4. */
export function normalizeAddress(address: string): string {
  const [host = ''] = address.split('%', 1);
  if (isIP(host) !== 6) return address;
  const short = new URL(`http://[${host}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(short)
    ?.slice(1)
    .map((group) => Number.parseInt(group, 16));
  return mapped?.map((group) => `${String(group >> 8)}.${String(group & 255)}`).join('.') ?? short;
}

/** The key for limits by address: the IPv4 address, or the IPv6 /64, because one client has a whole /64. */
export function addressKey(address: string): string {
  const host = normalizeAddress(address);
  if (isIP(host) !== 6) return host;
  const [left = [], right] = host.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = right === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...(right ?? [])];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

function listItems(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** @param publicUrl the address of the pages as browsers see it, if it is configured */
export function makeClientAddresses(proxies: TrustedProxies, publicUrl: URL | null): ClientAddresses {
  const direct = (request: IncomingMessage) => normalizeAddress(request.socket.remoteAddress ?? '');
  const trusted = (request: IncomingMessage) => proxies.has(direct(request));
  return {
    trusted,
    address: (request) => {
      if (!trusted(request)) return direct(request);
      // The last one that is not a trusted proxy. Anyone can have written those before it.
      const hops = listItems(request.headers['x-forwarded-for']).map(normalizeAddress);
      const last = hops.findLast((hop) => !proxies.has(hop));
      return last !== undefined && isIP(last) !== 0 ? last : direct(request);
    },
    secure: (request) => {
      if (publicUrl) return publicUrl.protocol === 'https:';
      return trusted(request) && listItems(request.headers['x-forwarded-proto'])[0] === 'https';
    },
  };
}
