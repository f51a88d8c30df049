/** A TCP proxy to the API server that a test can interrupt. It forwards TLS unchanged, so client certificates work. */
import { once } from 'node:events';
import { connect, createServer, isIP, type AddressInfo, type Socket } from 'node:net';
import { KubernetesClient, defaultKubeConfig } from '@sequencer/kubernetes/client';
import { MANAGER } from '@sequencer/operator/status/status';

export interface CutProxy {
  config: ReturnType<typeof defaultKubeConfig>;
  client: KubernetesClient;
  /** Closes every open connection. */
  cut: () => void;
  /** Drops everything that the server sends, as when the network is lost. */
  silence: (on: boolean) => void;
  /** Refuses new connections, and closes the open ones. */
  down: (on: boolean) => void;
  close: () => void;
}

export async function startProxy(): Promise<CutProxy> {
  const config = defaultKubeConfig();
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error('no cluster');
  const target = new URL(cluster.server);
  const pairs = new Set<[Socket, Socket]>();
  let silent = false;
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      if (!silent) near.write(data);
    });
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const [near] of pairs) near.destroy();
  };
  // The server's certificate names the server. For an IP address no server name is sent.
  const tlsServerName = cluster.tlsServerName ?? (isIP(target.hostname) ? undefined : target.hostname);
  config.clusters = config.clusters.map((one) =>
    one.name === cluster.name
      ? { ...one, server: `https://127.0.0.1:${String(port)}`, ...(tlsServerName !== undefined && { tlsServerName }) }
      : one,
  );
  return {
    config,
    client: new KubernetesClient(config, MANAGER),
    cut,
    silence: (on) => {
      silent = on;
    },
    down: (on) => {
      refusing = on;
      if (on) cut();
    },
    close: () => {
      refusing = true;
      server.close();
      cut();
    },
  };
}
