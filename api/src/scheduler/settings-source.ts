/** Where the settings of the scheduler are: in the database, or in a cluster in the Sequencer object. */
import type { SchedulerSettings, SettingsChanges } from '@sequencer/scheduler/settings';

export interface SettingsSource {
  /** The settings of the telescope, with the defaults of the environment. */
  get: (sequencer: string) => Promise<SchedulerSettings>;
  change: (sequencer: string, changes: SettingsChanges) => Promise<void>;
}
