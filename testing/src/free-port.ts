import getPort from 'get-port';

/** A TCP port of 127.0.0.1 that nothing listens on; never one that was just returned. */
export function freePort(): Promise<number> {
  return getPort({ host: '127.0.0.1' });
}
