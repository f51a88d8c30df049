/** The headers for schedulers, from the environment and a file, which may change. */
import { HEADERS_FORMAT, parseHeaders, type SecretHeaders } from '@sequencer/scheduler/headers';
import { ReloadingFile } from '../lib/reloading-file.ts';
import type { Logger } from '../lib/log.ts';

interface HeadersConfig {
  schedulerHeaders: SecretHeaders;
  schedulerHeadersFile?: string | undefined;
}

/** Returns a function for the current headers. Throws when their file is invalid. */
export function secretHeaders(config: HeadersConfig, log: Logger): () => SecretHeaders {
  const path = config.schedulerHeadersFile;
  const file = path === undefined ? null : new ReloadingFile('SCHEDULER_HEADERS_FILE', path, parseFile, log);
  return () => new Map([...config.schedulerHeaders, ...(file?.value ?? [])]);
}

/** The Error does not contain the content of the file. */
function parseFile(text: string): SecretHeaders {
  const headers = parseHeaders(text);
  if (headers) return headers;
  throw new Error(`it ${HEADERS_FORMAT}`);
}
