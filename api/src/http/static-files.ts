/** Serves the built web application. Its headers allow connections to this server only. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import sirv from 'sirv';

const POLICY = [
  "default-src 'self'",
  // The linter is WebAssembly, in a worker.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  // The component library and the editor write style elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const SECURITY_HEADERS: Record<string, string> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Serves a folder. Paths without a file get the page of the application, which has its own router. */
export function staticFiles(folder: string): Handler {
  return sirv(folder, {
    single: true,
    gzip: true,
    brotli: true,
    etag: true,
    setHeaders: (response, path) => {
      const hashed = path.startsWith('/assets/');
      response.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
