import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import getPort from 'get-port';

/** A TCP port of this machine that nothing listens on; never one that was just returned. */
export function freePort(): Promise<number> {
  return getPort({ host: '127.0.0.1' });
}

/** Why the port cannot be listened on; null if it can. */
export async function portProblem(host: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return 'another program is listening there';
    return code === 'EACCES' ? 'this user may not listen there' : String(error);
  }
  server.close();
  await once(server, 'close');
  return null;
}

export async function acceptsConnections(port: number, signal: AbortSignal): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port, signal });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
