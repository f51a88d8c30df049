/** The API and the web image serve the pages with the same headers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SECURITY_HEADERS } from '../../src/http/static-files.ts';

it('has the headers of the web image', () => {
  const file = readFileSync(join(import.meta.dirname, '../../../web/container/headers.conf'), 'utf8');
  const headers = [...file.matchAll(/^add_header (\S+) (?:"([^"]*)"|(\S+)) always;$/gm)];
  expect(Object.fromEntries(headers.map(([, name, quoted, bare]) => [name, quoted ?? bare]))).toEqual(SECURITY_HEADERS);
});
