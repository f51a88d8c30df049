/** Creates the parts of the API that manage runs, for the configured backend. */
import type { Config } from './config.ts';
import { runCredentials, secretCredentials } from './gateway/credentials.ts';
import { Gateway, type Admissions } from './gateway/gateway.ts';
import { RunnerServer } from './gateway/runner-server.ts';
import { runnerSecrets } from './gateway/runner-secrets.ts';
import type { Metrics } from './lib/metrics.ts';
import { makeKubernetesParts } from './backends/kubernetes/parts.ts';
import { LocalBackend } from './backends/local/backend.ts';
import { LocalQueueStore } from './backends/local/queue-store.ts';
import { noteSuccess } from './estimates/duration-store.ts';
import { Estimates } from './estimates/estimates.ts';
import { Recorder } from './runs/recorder.ts';
import type { RunBackend } from './backends/run-backend.ts';
import { makeScheduler, type Scheduler } from './scheduler/scheduler.ts';
import { onRunEnded } from './runs/queue-hold.ts';
import type { QueueStore } from './backends/queue-store.ts';
import { RunQueue } from './backends/run-queue.ts';
import type { RunDeps } from './runs/run-deps.ts';
import { retryWhileUnreachable } from './store/retry.ts';
import type { Watchers } from './runs/watchers.ts';

interface RunParts {
  backend: RunBackend & Admissions;
  store: QueueStore;
  begin: () => Promise<void>;
  close: () => Promise<void>;
}

interface Deps extends RunDeps {
  config: Config;
  metrics: Metrics;
  watchers: Watchers;
}

export function makeRunParts({ config, metrics, ...deps }: Deps): {
  runs: RunParts;
  queue: RunQueue;
  scheduler: Scheduler;
  estimates: Estimates;
  gateway: Gateway;
  runnerServer: RunnerServer;
  recorder: Recorder;
} {
  const { db, log } = deps;
  const { kubernetes } = config;
  const credentials = kubernetes
    ? runCredentials(kubernetes.runTokenKeys)
    : secretCredentials(runnerSecrets(config, log));
  const estimates = new Estimates(deps);
  const recorder = new Recorder({
    db,
    log,
    metrics,
    onEnd: async (tx, run, phase) => {
      if (phase === 'SUCCEEDED') await noteSuccess(tx, run.id);
      // In a cluster the operator starts the next run.
      if (!kubernetes) await onRunEnded(tx, run, phase);
    },
    afterEnd: () => {
      estimates.recorder.wake();
    },
  });
  const gateway = new Gateway({ ...deps, recorder }, () => runs.backend);
  const all = { ...deps, gateway };
  const clusterParts = kubernetes && makeKubernetesParts(all, config.databaseUrl, kubernetes);
  const runs: RunParts = clusterParts ?? localParts(all);
  const queue = new RunQueue({
    ...deps,
    store: runs.store,
    backend: runs.backend,
    beforeSchedulerMode: (sequencer) => scheduler.prepareMode(sequencer),
  });
  const scheduler: Scheduler = makeScheduler({
    ...deps,
    config,
    queue,
    backend: runs.backend,
    cluster: clusterParts?.cluster ?? null,
  });
  return {
    runs,
    queue,
    scheduler,
    estimates,
    gateway,
    recorder,
    runnerServer: new RunnerServer(credentials, gateway, log),
  };
}

function localParts(all: Omit<Deps, 'config' | 'metrics' | 'watchers'> & { gateway: Gateway }): RunParts {
  const backend = new LocalBackend(all);
  return {
    backend,
    store: new LocalQueueStore(all.db, all.sequencerStates, all.gateway, all.log),
    begin: async () => {
      await retryWhileUnreachable(all.log, () => all.sequencerStates.register());
      backend.begin();
    },
    close: () => {
      backend.close();
      return Promise.resolve();
    },
  };
}
