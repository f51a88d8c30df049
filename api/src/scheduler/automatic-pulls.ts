/** The state of the mode SCHEDULER. On one machine this process pulls; in a cluster the operator does. */
import type { PullSummary } from './pull-store.ts';

export interface AutomaticPulls {
  /** When the next pull starts unless something else does; null if that is not known. */
  nextPullAt: (sequencer: string) => Promise<Date | null>;
  /** Failed pulls in a row since the mode was set. */
  failures: (sequencer: string) => Promise<number>;
  /** The pull in progress that is not in the record yet. */
  inProgress: (sequencer: string) => PullSummary | null;
  /** Cancels that pull. Does nothing if there is none. */
  cancel: (sequencer: string) => Promise<void>;
}
