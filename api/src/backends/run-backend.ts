/** The port through which the API executes runs, wherever scripts run. */
import type { Command, Reply, RunCommand } from '@sequencer/model';
import type { RunnerState } from '../gateway/gateway.ts';
import type { RunSummary } from '../store/run-store.ts';
import type { Ruff } from '../syntax/ruff.ts';

export interface RunnerStatus extends RunnerState {
  /** Whether each run has its own runner, so that none is expected while no run is active. */
  runnerPerRun: boolean;
}

export interface RunBackend {
  /** Sends a command about no run to a runner of the sequencer, or to the checker; null if there is no answer. */
  request: (sequencer: string, command: Command) => Promise<Reply | null>;
  /** Why there is no answer, for use inside a sentence. */
  readonly unansweredReason: string;
  /** Checks scripts in place of a runner. */
  readonly ruff: Ruff;
  /** Whether a run can store its start line for its runner to resolve. */
  readonly resolvesStartLine: boolean;
  /** Starts the next run of the sequencer, if it may start now. In a cluster the operator does. */
  advance?: (sequencer: string) => Promise<void>;
  /** Returns the result once the runner has carried out the command, or throws the error of the runner. */
  command: (run: RunSummary, by: string, command: RunCommand) => Promise<unknown>;
  runner: (sequencer: string) => RunnerStatus;
  /** The host name that scripts on the sequencer see. */
  hostname: (sequencer: string) => string;
  /** When the queue and modes shown stopped being current; null while they are current. */
  readonly lastKnownSince: Date | null;
}
