/** Which addresses the scheduler may have: not those that give a program the credentials of its machine. */
import dns from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ScheduleError } from './schedule-error.ts';

const LONGEST_URL = 2000;

/** Link-local addresses, and the metadata services of clouds that are elsewhere. Covers IPv4 addresses within IPv6. */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
forbidden.addAddress('100.100.100.200', 'ipv4');
forbidden.addAddress('fd00:ec2::254', 'ipv6');

/** Throws a ScheduleError for an address that the API must not send requests to. */
function requireAllowed(address: string): void {
  const [plain = ''] = address.split('%');
  const version = isIP(plain);
  if (version === 0 || !forbidden.check(plain, version === 4 ? 'ipv4' : 'ipv6')) return;
  throw new ScheduleError(
    'FORBIDDEN_ADDRESS',
    `The scheduler has the address ${plain}, which is link-local or that of a metadata service. Nothing was sent.`,
  );
}

/** The URL of a scheduler. Throws a ScheduleError with what is wrong. */
export function readSchedulerUrl(text: string): URL {
  const bad = (problem: string) => new ScheduleError('BAD_URL', `The URL of the scheduler ${problem}.`);
  if (text.length > LONGEST_URL) throw bad(`has more than ${String(LONGEST_URL)} characters`);
  if (!URL.canParse(text)) throw bad('is not a URL, such as https://scheduler.example/api/v1/schedule/');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw bad('must begin with http:// or https://');
  if (url.username || url.password) throw bad('must not contain a password. Use a header instead');
  requireAllowed(url.hostname.replace(/^\[|\]$/g, ''));
  return url;
}

type Resolve = typeof dns.lookup.__promisify__;

/** The lookup of a connection, which fails if the name has a forbidden address. */
export function allowedLookup(resolve: Resolve = dns.promises.lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }).then(
      (addresses) => {
        try {
          for (const { address } of addresses) requireAllowed(address);
        } catch (error) {
          callback(error as Error, '');
          return;
        }
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => {
        callback(error as Error, '');
      },
    );
  };
}
