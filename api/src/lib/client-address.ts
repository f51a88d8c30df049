/** Where a request comes from: what a proxy says of it is believed only when the proxy is one of the site's own. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TrustedProxies } from './trusted-proxies.ts';

export interface ClientAddresses {
  /** The address of who asks. */
  address: (request: IncomingMessage) => string;
  /** Whether the browser speaks https. */
  secure: (request: IncomingMessage) => boolean;
  /** Whether the connection comes from a proxy of the site. */
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

/** The key of limits by address: an IPv4 address, or an IPv6 /64, since one client has a whole /64. */
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

/** @param publicUrl where browsers find the pages, when the site says so */
export function makeClientAddresses(proxies: TrustedProxies, publicUrl: URL | null): ClientAddresses {
  const direct = (request: IncomingMessage) => normalizeAddress(request.socket.remoteAddress ?? '');
  const trusted = (request: IncomingMessage) => proxies.has(direct(request));
  return {
    trusted,
    address: (request) => {
      if (!trusted(request)) return direct(request);
      // The last one that is not a proxy of ours: what is before it, anybody can have written.
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
