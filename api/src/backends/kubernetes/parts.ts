/** Creates the parts of the API that run scripts in a cluster, and connects them. */
import { KubernetesClient, defaultKubeConfig } from '@sequencer/kubernetes/client';
import type { Gateway } from '../../gateway/gateway.ts';
import { KubernetesBackend } from './backend.ts';
import { Replicas } from './replicas/replicas.ts';
import type { RunDeps } from '../../runs/run-deps.ts';
import { retryWhileUnreachable } from '../../store/retry.ts';
import type { Watchers } from '../../runs/watchers.ts';
import { Checker, type CheckerSettings } from './checker.ts';
import { Cluster } from './cluster.ts';
import { KubernetesQueueStore } from './queue-store.ts';
import { PullSync } from './pull-sync.ts';
import { RunSync } from './run-sync.ts';
import { SequencerSync } from './sequencer-sync.ts';

/** The field manager of what the API writes. The rule of the mode depends on this name. */
const MANAGER = 'sequencer-api';
/** How long the API waits at its start for the watches to sync, before it accepts requests anyway. */
const SYNC_TIMEOUT_MS = 10_000;
const CHECK_ROWS_EVERY_MS = 10_000;

export interface KubernetesParts {
  backend: KubernetesBackend;
  cluster: Cluster;
  store: KubernetesQueueStore;
  begin: () => Promise<void>;
  close: () => Promise<void>;
}

interface Deps extends RunDeps {
  gateway: Gateway;
  watchers: Watchers;
}

interface Settings {
  namespace: string;
  /** Null if the site has no checker. */
  checker: CheckerSettings | null;
}

export function makeKubernetesParts(deps: Deps, databaseUrl: string, settings: Settings): KubernetesParts {
  const { namespace } = settings;
  const { log, db, sequencerStates } = deps;
  const cluster: Cluster = new Cluster(
    new KubernetesClient(defaultKubeConfig(), MANAGER),
    namespace,
    {
      sequencerChanged: (before, after) => {
        const sequencer = after ?? before;
        if (!sequencer) return;
        sequencerSync.changed(sequencer);
        runSync.enqueue(sequencer.metadata.name);
      },
      runChanged: (before, after) => {
        runSync.changed(before, after);
        if (after) backend.objectChanged(after);
      },
      reachabilityChanged: () => {
        sequencerStates.anyChange.notify();
        for (const name of sequencerStates.names) sequencerStates.notify(name);
      },
    },
    log,
  );
  const runSync = new RunSync({
    ...deps,
    cluster,
    ended: (run) => {
      replicas.stored(run);
    },
  });
  const pullSync = new PullSync({ db, cluster, runSync });
  const sequencerSync = new SequencerSync({ db, log, cluster, sequencerStates, pullSync });
  const backend: KubernetesBackend = new KubernetesBackend({
    ...deps,
    cluster,
    checker: settings.checker && new Checker(settings.checker, log),
    replicas: () => replicas,
  });
  const replicas: Replicas = new Replicas({
    ...deps,
    databaseUrl,
    execute: (run, by, command) => backend.commandFor(run, by, command),
    leaseChanged: (run) => {
      backend.status.touch(run);
    },
  });
  let checks: NodeJS.Timeout | undefined;
  const checkRows = () => {
    runSync.checkRows().catch((error: unknown) => {
      log.warn({ err: error }, 'cannot compare the SequencerRuns with the database');
    });
  };
  return {
    backend,
    cluster,
    store: new KubernetesQueueStore(db, cluster, runSync),
    begin: async () => {
      await retryWhileUnreachable(log, () => replicas.begin());
      await cluster.begin(SYNC_TIMEOUT_MS);
      await retryWhileUnreachable(log, () => sequencerSync.loadNames());
      checks = setInterval(checkRows, CHECK_ROWS_EVERY_MS);
      void cluster.synced
        .then(() => runSync.endOrphans())
        .catch((error: unknown) => {
          log.error({ err: error }, 'cannot end runs whose objects were deleted');
        });
    },
    close: async () => {
      clearInterval(checks);
      backend.status.close();
      await cluster.close();
      await Promise.all([runSync.close(), sequencerSync.close()]);
      await replicas.close();
    },
  };
}
