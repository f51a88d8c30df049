/** Headers for schedulers behind a sign-in, by name. The settings refer to a name; the values are sent to the scheduler alone. */
import { validateHeaderName, validateHeaderValue } from 'node:http';

export interface SecretHeader {
  name: string;
  value: string;
}
export type SecretHeaders = ReadonlyMap<string, SecretHeader>;

export const HEADERS_FORMAT = 'must have lines like site: Authorization: Bearer secret';

/** Headers that describe the request itself. */
const OWN = [
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
  'accept',
  'expect',
  'upgrade',
];

/** Parses one header a line; `#` starts a comment. Null if a line is not one. */
export function parseHeaders(text: string): SecretHeaders | null {
  const lines = text.split('\n').map((line) => line.trim());
  const headers = lines.filter((line) => line !== '' && !line.startsWith('#')).map(parseHeader);
  return headers.every((header) => header !== null) ? new Map(headers) : null;
}

function parseHeader(line: string): [string, SecretHeader] | null {
  const [, key = '', name = '', value = ''] = /^([\w-]{1,50})\s*:\s*([^\s:]+)\s*:\s*(\S.*)$/.exec(line) ?? [];
  if (OWN.includes(name.toLowerCase())) return null;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return [key, { name, value }];
  } catch {
    return null;
  }
}
