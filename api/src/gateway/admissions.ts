/** What differs between the backends in the conversation with a runner. Everything else is in the gateway. */
import type { Hello } from '@sequencer/model';
import type { LiveRun } from '../runs/live-run.ts';
import type { RunnerSocket } from './runner-socket.ts';

export interface Admissions {
  /** Runners with the same key replace each other: one a sequencer, or one a run. */
  keyOf: (run: { id: string; sequencer: string }) => string;
  /** Ends with `Gateway.accept`, or closes the connection. May throw; then the runner reconnects. */
  admit: (runner: RunnerSocket, hello: Hello) => Promise<void>;
  /** Events of the run were received, and not committed yet. */
  received?: (live: LiveRun) => void;
  /** Events of the run were committed. */
  stored?: (live: LiveRun) => void;
  /** The record of the run is complete. */
  runEnded: (live: LiveRun) => void;
  /** The runner disconnected, and no other has replaced it. */
  disconnected?: (key: string) => void;
}
