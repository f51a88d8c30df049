/** Reads the user that the site's proxy names in the headers of a request. */
import type { IncomingMessage } from 'node:http';
import { SequencerError } from '@sequencer/model';
import { isSame } from './secrets.ts';
import { USER_NAME } from './user.ts';

const SECRET_HEADER = 'x-sequencer-proxy-secret';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface ProxyHeaders {
  secret: string;
  userHeader: string;
  groupsHeader: string;
}

/** Null when the proxy names no user. Throws UNAUTHENTICATED when a header cannot be trusted or decoded. */
export function readProxyUser(
  request: IncomingMessage,
  { secret, userHeader, groupsHeader }: ProxyHeaders,
): { name: string; groups: string[] } | null {
  if (!isSame(headerOf(request, SECRET_HEADER), secret)) return null;
  const name = headerOf(request, userHeader);
  const groups = headerOf(request, groupsHeader);
  if (name === '') return null;
  if (!USER_NAME.test(name)) {
    throw headerError(
      userHeader,
      'has no valid user name',
      'Use letters, digits and . _ @ + -, at most 64 characters.',
    );
  }
  return { name, groups: groups.split(/[,;|]/).map((group) => group.trim()) };
}

/** The value of the only header of this name, decoded as UTF-8. Node decodes header bytes as Latin-1. */
function headerOf(request: IncomingMessage, header: string): string {
  const [line = '', ...more] = request.headersDistinct[header] ?? [];
  // The second one may come from the client: a proxy that adds its header, and does not replace it, lets anyone in.
  if (more.length > 0)
    throw headerError(
      header,
      'was sent more than once',
      'Configure the proxy to replace the header that clients send.',
    );
  try {
    return utf8.decode(Buffer.from(line, 'latin1')).normalize('NFC').trim();
  } catch {
    throw headerError(header, 'is not UTF-8', 'Configure the proxy to send names and groups in UTF-8.');
  }
}

function headerError(header: string, why: string, remedy: string): SequencerError {
  return new SequencerError('UNAUTHENTICATED', `The proxy's header ${header} ${why}.`, remedy);
}
