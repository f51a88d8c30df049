/** What carries runs out. The rest of the API does not know where scripts run. */
import type { Finding, RunCommand, StatementSpan } from '@sequencer/model';
import type { RunnerState } from '../gateway/gateway.ts';
import type { RunSummary } from '../store/run-store.ts';

export interface RunnerStatus extends RunnerState {
  /** Each run has a runner of its own: where none runs, none is missing. */
  runnerPerRun: boolean;
}

export interface RunBackend {
  /** What the runner says of a script without running it; null when no runner is there to ask. */
  check: (sequencer: string, script: string, startAt: number) => Promise<Finding[] | null>;
  /** The statements of a script as Python counts them; null when no runner is connected. Throws the errors of a start. */
  statements: (sequencer: string, script: string) => Promise<StatementSpan[] | null>;
  /** Whether runs keep the line to begin with until their runner resolves it. */
  readonly resolvesStartLine: boolean;
  /** Starts what may start now on the sequencer. */
  advance: (sequencer: string) => Promise<void>;
  /** Returns the result once the runner has carried it out, or throws its refusal. */
  command: (run: RunSummary, by: string, command: RunCommand) => Promise<unknown>;
  runner: (sequencer: string) => RunnerStatus;
  /** What scripts on the sequencer see, or are to see. */
  hostname: (sequencer: string) => string;
  /** Since when what is shown of queue and modes is only last known; null when it is what is true. */
  readonly lastKnownSince: Date | null;
}
