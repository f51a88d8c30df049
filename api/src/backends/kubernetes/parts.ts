/** The parts of the API that run scripts in a cluster, put together. */
import { KubernetesClient, defaultKubeConfig } from '@sequencer/kubernetes/client';
import type { Logger } from '../../lib/log.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import { KubernetesBackend } from './backend.ts';
import type { LiveRuns } from '../../runs/live-runs.ts';
import { Replicas } from './replicas/replicas.ts';
import type { Recorder } from '../../runs/recorder.ts';
import type { SequencerStates } from '../../runs/sequencer-states.ts';
import type { Watchers } from '../../runs/watchers.ts';
import type { Db } from '../../store/database.ts';
import { Cluster } from './cluster.ts';
import { KubernetesQueue } from './queue.ts';
import { RunMirror } from './run-mirror.ts';
import { SequencerMirror } from './sequencer-mirror.ts';

/** How long the API waits at its start for a look at all objects, before it opens its door without it. */
const SEEN_WITHIN_MS = 10_000;

export interface KubernetesParts {
  backend: KubernetesBackend;
  queue: KubernetesQueue;
  begin: () => Promise<void>;
  close: () => Promise<void>;
}

interface Given {
  db: Db;
  log: Logger;
  gateway: Gateway;
  lives: LiveRuns;
  board: SequencerStates;
  recorder: Recorder;
  watchers: Watchers;
}

export function makeKubernetesParts(given: Given, databaseUrl: string, namespace: string): KubernetesParts {
  const { log, db, board } = given;
  const cluster: Cluster = new Cluster(
    new KubernetesClient(defaultKubeConfig()),
    namespace,
    {
      sequencerChanged: (before, after) => {
        const sequencer = after ?? before;
        if (!sequencer) return;
        sequencers.changed(sequencer);
        mirror.touch(sequencer.metadata.name);
      },
      runChanged: (before, after) => {
        mirror.changed(before, after);
        if (after) backend.objectChanged(after);
      },
      awayChanged: () => {
        backend.clusterChanged();
      },
    },
    log,
  );
  const sequencers = new SequencerMirror({ db, log, cluster, board });
  const mirror = new RunMirror({
    ...given,
    cluster,
    ended: (run) => {
      replicas.stored(run);
    },
  });
  const backend: KubernetesBackend = new KubernetesBackend({ ...given, cluster, replicas: () => replicas });
  const replicas: Replicas = new Replicas({
    ...given,
    databaseUrl,
    carryOut: (run, by, command) => backend.commandFor(run, by, command),
    seatChanged: (run) => {
      backend.seatChanged(run);
    },
  });
  const queue = new KubernetesQueue(db, cluster, mirror);
  return {
    backend,
    queue,
    begin: async () => {
      await replicas.begin();
      await cluster.begin(SEEN_WITHIN_MS);
      await sequencers.lastKnown();
      void cluster.seen
        .then(() => mirror.endForgotten())
        .catch((error: unknown) => {
          log.error({ err: error }, 'runs whose objects are gone could not be ended');
        });
    },
    close: async () => {
      backend.close();
      await cluster.close();
      await Promise.all([mirror.close(), sequencers.close()]);
      await replicas.close();
    },
  };
}
