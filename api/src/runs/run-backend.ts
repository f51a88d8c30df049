/** What carries runs out. The rest of the API does not know where scripts run. */
import type { Finding, StepCommand, StopLevel } from '@sequencer/model';
import type { RunnerState } from '../gateway/gateway.ts';
import type { RunSummary } from '../store/run-store.ts';

export interface RunBackend {
  /** What the runner says of a script without running it; null when no runner is there to ask. */
  check: (sequencer: string, script: string) => Promise<Finding[] | null>;
  /** Starts what may start now on the sequencer. */
  advance: (sequencer: string) => Promise<void>;
  /** Each returns once the runner has carried it out, or throws its refusal. */
  pause: (run: RunSummary, by: string) => Promise<void>;
  resume: (run: RunSummary, by: string) => Promise<void>;
  step: (run: RunSummary, by: string, trace: number, prompt: number, command: StepCommand) => Promise<void>;
  stop: (run: RunSummary, by: string, level: StopLevel) => Promise<void>;
  takeBackStop: (run: RunSummary, by: string) => Promise<void>;
  runner: (sequencer: string) => RunnerState;
}
