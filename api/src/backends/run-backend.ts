/** The port through which the API executes runs, wherever scripts run. */
import type { Finding, RunCommand, StatementSpan } from '@sequencer/model';
import type { RunnerState } from '../gateway/gateway.ts';
import type { RunSummary } from '../store/run-store.ts';

export interface RunnerStatus extends RunnerState {
  /** Whether each run has its own runner, so that none is expected while no run is active. */
  runnerPerRun: boolean;
}

export interface RunBackend {
  /** Findings of the runner for a script, without running it; null if no runner is connected. */
  check: (sequencer: string, script: string, startAt: number) => Promise<Finding[] | null>;
  /** The top-level statements of a script; null if no runner is connected. Throws the same errors as a start. */
  statements: (sequencer: string, script: string) => Promise<StatementSpan[] | null>;
  /** Whether a run can store its start line for its runner to resolve. */
  readonly resolvesStartLine: boolean;
  /** Starts the next run of the sequencer, if it may start now. */
  advance: (sequencer: string) => Promise<void>;
  /** Returns the result once the runner has carried out the command, or throws the error of the runner. */
  command: (run: RunSummary, by: string, command: RunCommand) => Promise<unknown>;
  runner: (sequencer: string) => RunnerStatus;
  /** The host name that scripts on the sequencer see. */
  hostname: (sequencer: string) => string;
  /** When the queue and modes shown stopped being current; null while they are current. */
  readonly lastKnownSince: Date | null;
}
