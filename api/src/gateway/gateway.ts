/** The connected runners: one for each sequencer, or in a cluster for each run. Records their events and sends them commands. */
import { SequencerError, type AnyEvent, type Command, type Hello, type Reply } from '@sequencer/model';
import type { LiveRun } from '../runs/live-run.ts';
import type { Recorder } from '../runs/recorder.ts';
import type { RunDeps } from '../runs/run-deps.ts';
import { CLOSE, type AdmittedRun } from './runner-session.ts';
import type { RunnerHandlers, RunnerSocket } from './runner-socket.ts';

export interface RunnerState {
  connected: boolean;
  /** When it connected; while it is disconnected, when it was last seen. */
  since: Date | null;
  hello: Hello | null;
}

/** What differs between the backends in the conversation with a runner. */
export interface Admissions {
  /** Ends with `Gateway.accept`, or closes the connection. Tried again while it throws and the runner is connected. */
  admit: (runner: RunnerSocket, hello: Hello) => Promise<void>;
  /** Events of the run were received, and not committed yet. */
  received?: (live: LiveRun) => void;
  /** Events of the run were committed. */
  stored?: (live: LiveRun) => void;
  /** The record of the run is complete. */
  runEnded?: (live: LiveRun) => void;
  /** The runner disconnected, and no other has replaced it. */
  disconnected?: (key: string) => void;
}

const REPLACED = [CLOSE.replaced, 'another runner connected for this sequencer'] as const;

type GatewayParts = RunDeps & { recorder: Recorder };

export class Gateway implements RunnerHandlers {
  readonly #parts: GatewayParts;
  readonly #admissions: () => Admissions;
  /** The state, and the runner while it is connected. By key: its sequencer, or in a cluster its run. */
  readonly #states = new Map<string, RunnerState & { runner: RunnerSocket | null }>();

  /** @param admissions a function, because a backend needs the gateway */
  constructor(parts: GatewayParts, admissions: () => Admissions) {
    this.#parts = parts;
    this.#admissions = admissions;
    parts.recorder.onStored = (live) => {
      this.#onStored(live);
    };
  }

  admit(runner: RunnerSocket, hello: Hello): Promise<void> {
    return this.#admissions().admit(runner, hello);
  }

  received(live: LiveRun, invalid: readonly AnyEvent[]): void {
    const { log, sequencerStates, recorder } = this.#parts;
    const run = live.row.id;
    for (const { seq, type } of invalid) log.error({ run, seq, type }, 'received an invalid event');
    live.connected = true;
    sequencerStates.notify(live.row.sequencer);
    recorder.record(live);
    this.#admissions().received?.(live);
  }

  closed(runner: RunnerSocket): void {
    const [key] = [...this.#states].find(([, state]) => state.runner === runner) ?? [];
    const { hello } = runner.session;
    if (key === undefined || !hello) return;
    this.#states.set(key, { connected: false, since: runner.lastSeenAt, hello, runner: null });
    this.#parts.log.info({ key }, 'runner disconnected');
    for (const live of runner.session.runs) {
      live.connected = false;
      live.changed.notify();
    }
    this.#parts.sequencerStates.notify(hello.sequencer);
    this.#admissions().disconnected?.(key);
  }

  /**
   * Makes this the runner of the key, closes the previous one, and sends `welcome`. Nothing can be received in between.
   *
   * @returns false if it has disconnected, or a newer one was accepted
   */
  accept(runner: RunnerSocket, key: string, runs: readonly AdmittedRun[]): boolean {
    const { log, sequencerStates } = this.#parts;
    const { session, since } = runner;
    const { hello, state } = session;
    if (!hello || state !== 'admitting') return false;
    const before = this.connection(key);
    if (before && before.since > since) {
      runner.close(...REPLACED);
      return false;
    }
    this.#states.set(key, { connected: true, since, hello, runner });
    before?.close(...REPLACED);
    runner.carryOut(session.welcome(runs));
    for (const { live } of runs) {
      if (!live) continue;
      live.connected = true;
      live.seenAt = new Date();
      live.changed.notify();
    }
    sequencerStates.invalidate(hello.sequencer);
    log.info({ sequencer: hello.sequencer, runs: runs.map(({ run }) => run) }, 'runner connected');
    return true;
  }

  /** Closes the connection: the runner has a newer one to another replica. */
  evict(key: string): void {
    this.connection(key)?.close(...REPLACED);
  }

  #onStored(live: LiveRun): void {
    for (const { runner } of this.#states.values()) runner?.carryOut(runner.session.committed(live));
    this.#admissions().stored?.(live);
    if (live.isComplete) this.runEnded(live);
  }

  /** No more events of the run will be recorded. */
  runEnded(live: LiveRun): void {
    live.connected = false;
    this.#parts.log.info({ run: live.row.id, phase: live.row.phase }, 'run ended');
    this.#parts.liveRuns.forgetLater(live.row.id);
    live.changed.notify();
    this.#parts.sequencerStates.invalidate(live.row.sequencer);
    this.#admissions().runEnded?.(live);
  }

  /** The state of this disconnected runner is not needed any more. */
  forget(key: string): void {
    this.#states.delete(key);
  }

  connection(key: string): RunnerSocket | null {
    return this.#states.get(key)?.runner ?? null;
  }

  state(key: string): RunnerState {
    return this.#states.get(key) ?? { connected: false, since: null, hello: null };
  }

  /**
   * Throws RUNNER_AWAY, RUNNER_TIMEOUT, or the error that the runner replied.
   *
   * @param starts the run that the command starts: its events are accepted from now on
   */
  async command(key: string, command: Command, starts?: LiveRun): Promise<Reply> {
    const runner = this.connection(key);
    if (!runner) throw new SequencerError('RUNNER_AWAY');
    const reply = await runner.command(command, starts);
    if (!reply.ok) throw SequencerError.reported(reply);
    return reply;
  }

  get connected(): number {
    return [...this.#states.values()].filter(({ connected }) => connected).length;
  }
}
