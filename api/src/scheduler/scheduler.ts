/** The parts of the API that pull schedules. */
import { SequencerError } from '@sequencer/model';
import type { SecretHeaders } from '@sequencer/scheduler/headers';
import type { RunBackend } from '../backends/run-backend.ts';
import type { RunQueue } from '../backends/run-queue.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../lib/log.ts';
import type { SequencerStates } from '../runs/sequencer-states.ts';
import type { Db } from '../store/database.ts';
import { AutomaticMode } from './automatic-mode.ts';
import { secretHeaders } from './headers.ts';
import { PullStore } from './pull-store.ts';
import { Pulls } from './pulls.ts';
import { SettingsStore } from './settings-store.ts';

export interface Scheduler {
  settings: SettingsStore;
  store: PullStore;
  pulls: Pulls;
  automatic: AutomaticMode;
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
}

export function makeScheduler({ config, db, log, sequencerStates, queue, backend }: SchedulerDeps): Scheduler {
  const headers = secretHeaders(config, log);
  const settings = new SettingsStore(db, config);
  const store = new PullStore(db);
  const isReplicated = config.kubernetes !== null;
  const pulls = new Pulls({ settings, store, queue, sequencerStates, headers, log, isReplicated });
  const automatic = new AutomaticMode({ db, log, sequencerStates, backend, settings, store, pulls });
  return {
    settings,
    store,
    pulls,
    automatic,
    headers,
    prepareMode: async (sequencer) => {
      if (isReplicated) {
        throw new SequencerError('NOT_YET', 'On Kubernetes there is no scheduler yet.', 'Choose Off or Queue.');
      }
      if ((await settings.get(sequencer)).url === null) throw new SequencerError('SCHEDULER_NOT_SET');
      await settings.forgetFailures(sequencer);
    },
    begin: () => {
      const continued = pulls.begin().catch((error: unknown) => {
        log.error({ err: error }, 'cannot continue the pulls of an earlier process');
      });
      if (!isReplicated)
        void continued.then(() => {
          automatic.begin();
        });
    },
    close: async () => {
      automatic.close();
      await pulls.close();
    },
  };
}
