import type { Logger } from '../lib/log.ts';
import type { Db } from '../store/database.ts';
import type { Ruff } from '../syntax/ruff.ts';
import type { LiveRuns } from './live-runs.ts';
import type { SequencerStates } from './sequencer-states.ts';

/** What every part that manages runs needs. */
export interface RunDeps {
  db: Db;
  log: Logger;
  liveRuns: LiveRuns;
  sequencerStates: SequencerStates;
  ruff: Ruff;
}
