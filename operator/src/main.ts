/** The operator as a process. */
import { KubernetesClient, defaultKubeConfig } from '@sequencer/kubernetes/client';
import { readConfig } from './config.ts';
import { serveProbes } from './runtime/probes.ts';
import { makeLog } from './runtime/log.ts';
import { makeMetrics } from './runtime/metrics.ts';
import { Operator } from './operator.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = makeLog(config.logLevel);
  const metrics = makeMetrics();
  const operator = new Operator({
    client: new KubernetesClient(defaultKubeConfig()),
    namespace: config.namespace,
    identity: config.identity,
    leaseName: config.leaseName,
    runnerImage: config.runnerImage,
    settings: { gatewayUrl: config.gatewayUrl, runTokenKey: config.runTokenKey, gatewayPods: config.gatewayPods },
    log,
    metrics,
  });
  const { port, server } = await serveProbes(config.host, config.port, {
    ready: () => operator.ready,
    registry: metrics.registry,
  });
  log.info({ port, namespace: config.namespace, identity: config.identity }, 'the operator runs');
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'the operator stops');
      ending.abort();
    });
  }
  await operator.run(ending.signal);
  server.closeAllConnections();
  server.close();
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
