/** Entry point of the operator. */
import { KubernetesClient, defaultKubeConfig } from '@sequencer/kubernetes/client';
import { readConfig } from './config.ts';
import { serveProbes } from './runtime/probes.ts';
import { makeLog } from './runtime/log.ts';
import { makeMetrics } from './runtime/metrics.ts';
import { Operator } from './operator.ts';
import { MANAGER } from './status/status.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = makeLog(config.logLevel);
  const metrics = makeMetrics();
  const operator = new Operator({
    client: new KubernetesClient(defaultKubeConfig(), MANAGER),
    namespace: config.namespace,
    identity: config.identity,
    leaseName: config.leaseName,
    runnerImage: config.runnerImage,
    settings: config,
    scheduler: { defaults: config, headers: config.schedulerHeaders },
    log,
    metrics,
  });
  const { port, server } = await serveProbes(config.host, config.port, {
    ready: () => operator.ready,
    registry: metrics.registry,
  });
  log.info({ port, namespace: config.namespace, identity: config.identity }, 'operator started');
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'operator stopping');
      stopping.abort();
    });
  }
  await operator.run(stopping.signal);
  server.closeAllConnections();
  server.close();
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
