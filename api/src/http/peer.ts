/** Where a request comes from: what a proxy says of it is believed only when the proxy is one of the site's own. */
import type { IncomingMessage } from 'node:http';
import { isIP, type BlockList } from 'node:net';

export interface Peers {
  /** The address of who asks. */
  address: (request: IncomingMessage) => string;
  /** Whether the browser speaks https. */
  secure: (request: IncomingMessage) => boolean;
  /** Whether the connection comes from a proxy of the site. */
  trusted: (request: IncomingMessage) => boolean;
}

/** An IPv4 address as it is written, also when it comes by an IPv6 socket. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function words(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** @param publicUrl where browsers find the pages, when the site says so */
export function makePeers(proxies: BlockList, publicUrl: URL | null): Peers {
  const isProxy = (address: string) => {
    const family = isIP(address);
    return family !== 0 && proxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
  const direct = (request: IncomingMessage) => plain(request.socket.remoteAddress ?? '');
  const trusted = (request: IncomingMessage) => isProxy(direct(request));
  return {
    trusted,
    address: (request) => {
      if (!trusted(request)) return direct(request);
      // The last one that is not a proxy of ours: what is before it, anybody can have written.
      const hops = words(request.headers['x-forwarded-for']).map(plain);
      const last = hops.findLast((hop) => !isProxy(hop));
      return last !== undefined && isIP(last) !== 0 ? last : direct(request);
    },
    secure: (request) => {
      if (publicUrl) return publicUrl.protocol === 'https:';
      return trusted(request) && words(request.headers['x-forwarded-proto'])[0] === 'https';
    },
  };
}
