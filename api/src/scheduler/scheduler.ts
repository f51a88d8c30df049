/** The parts of the API that pull schedules. */
import type { RunQueue } from '../backends/run-queue.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../lib/log.ts';
import type { SequencerStates } from '../runs/sequencer-states.ts';
import type { Db } from '../store/database.ts';
import { secretHeaders, type SecretHeaders } from './headers.ts';
import { PullStore } from './pull-store.ts';
import { Pulls } from './pulls.ts';
import { SettingsStore } from './settings-store.ts';

export interface Scheduler {
  settings: SettingsStore;
  store: PullStore;
  pulls: Pulls;
  headers: () => SecretHeaders;
  begin: () => void;
  close: () => Promise<void>;
}

export interface SchedulerDeps {
  config: Config;
  db: Db;
  log: Logger;
  sequencerStates: SequencerStates;
  queue: RunQueue;
}

export function makeScheduler({ config, db, log, sequencerStates, queue }: SchedulerDeps): Scheduler {
  const headers = secretHeaders(config, log);
  const settings = new SettingsStore(db, config);
  const store = new PullStore(db);
  const isReplicated = config.kubernetes !== null;
  const pulls = new Pulls({ settings, store, queue, sequencerStates, headers, log, isReplicated });
  return {
    settings,
    store,
    pulls,
    headers,
    begin: () => {
      pulls.begin().catch((error: unknown) => {
        log.error({ err: error }, 'cannot continue the pulls of an earlier process');
      });
    },
    close: () => pulls.close(),
  };
}
