/** The parts of the API that pull schedules. */
import { SequencerError } from '@sequencer/model';
import type { SecretHeaders } from '@sequencer/scheduler/headers';
import type { Cluster } from '../backends/kubernetes/cluster.ts';
import type { RunBackend } from '../backends/run-backend.ts';
import type { RunQueue } from '../backends/run-queue.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../lib/log.ts';
import type { SequencerStates } from '../runs/sequencer-states.ts';
import type { Db } from '../store/database.ts';
import { AutomaticMode } from './automatic-mode.ts';
import type { AutomaticPulls } from './automatic-pulls.ts';
import { ClusterScheduler } from './cluster-scheduler.ts';
import { secretHeaders } from './headers.ts';
import { PullStore } from './pull-store.ts';
import { Pulls } from './pulls.ts';
import type { SettingsSource } from './settings-source.ts';
import { SettingsStore } from './settings-store.ts';

export interface Scheduler {
  settings: SettingsSource;
  store: PullStore;
  pulls: Pulls;
  automatic: AutomaticPulls;
  headers: () => SecretHeaders;
  /** Before the mode SCHEDULER is set. Throws if it cannot be. */
  prepareMode: (sequencer: string) => Promise<void>;
  begin: () => void;
  close: () => Promise<void>;
}

export interface SchedulerDeps {
  config: Config;
  db: Db;
  log: Logger;
  sequencerStates: SequencerStates;
  queue: RunQueue;
  backend: RunBackend;
  /** Null on one machine. */
  cluster: Cluster | null;
}

/** The part that differs between one machine and a cluster. */
interface Mode {
  settings: SettingsSource;
  automatic: AutomaticPulls;
  pulls: Pulls;
  /** Failed pulls up to now no longer count. */
  forgetFailures: (sequencer: string) => Promise<void>;
  begin: () => void;
  close: () => void;
}

export function makeScheduler(deps: SchedulerDeps): Scheduler {
  const { config, db, log, cluster } = deps;
  const headers = secretHeaders(config, log);
  const store = new PullStore(db);
  const mode = cluster ? inCluster(deps, cluster, store, headers) : onOneMachine(deps, store, headers);
  const { settings, automatic, pulls } = mode;
  return {
    settings,
    store,
    pulls,
    automatic,
    headers,
    prepareMode: async (sequencer) => {
      if ((await settings.get(sequencer)).url === null) throw new SequencerError('SCHEDULER_NOT_SET');
      await mode.forgetFailures(sequencer);
    },
    begin: () => {
      const continued = pulls.begin().catch((error: unknown) => {
        log.error({ err: error }, 'cannot continue the pulls of an earlier process');
      });
      void continued.then(() => {
        mode.begin();
      });
    },
    close: async () => {
      mode.close();
      await pulls.close();
    },
  };
}

function onOneMachine(deps: SchedulerDeps, store: PullStore, headers: () => SecretHeaders): Mode {
  const settings = new SettingsStore(deps.db, deps.config);
  const parts = { ...deps, settings, store };
  const pulls = new Pulls({ ...parts, headers, isReplicated: false, isPulledElsewhere: () => false });
  const automatic = new AutomaticMode({ ...parts, pulls });
  return {
    settings,
    automatic,
    pulls,
    forgetFailures: (sequencer) => settings.forgetFailures(sequencer),
    begin: () => {
      automatic.begin();
    },
    close: () => {
      automatic.close();
    },
  };
}

/** The operator pulls in the mode SCHEDULER. It counts failures since the mode was set. */
function inCluster(deps: SchedulerDeps, cluster: Cluster, store: PullStore, headers: () => SecretHeaders): Mode {
  const state = new ClusterScheduler(cluster, deps.config);
  const isPulledElsewhere = (sequencer: string) => state.inProgress(sequencer) !== null;
  return {
    settings: state,
    automatic: state,
    pulls: new Pulls({ ...deps, settings: state, store, headers, isReplicated: true, isPulledElsewhere }),
    forgetFailures: () => Promise.resolve(),
    begin: () => undefined,
    close: () => undefined,
  };
}
