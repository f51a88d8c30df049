/** Executes runs on connected runners, one per sequencer, with the queue and the state of runs in the database. */
import { SequencerError, isFinal, isScriptRefusal, type Command, type Hello, type RunCommand } from '@sequencer/model';
import { eq } from 'drizzle-orm';
import { newSecret } from '../../auth/secrets.ts';
import { KeyedMutex } from '../../lib/keyed-mutex.ts';
import { sha256 } from '../../lib/sha256.ts';
import type { Admissions, Gateway } from '../../gateway/gateway.ts';
import { CLOSE } from '../../gateway/runner-session.ts';
import type { RunnerSocket } from '../../gateway/runner-socket.ts';
import { warn } from '../../lib/log.ts';
import { findRun, scriptOf, type RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import { NO_SCRIPT_HASH, WITHOUT_RECORD, rowHeldBy } from './adopted-run.ts';
import type { LiveRun } from '../../runs/live-run.ts';
import { retryUntilAborted, retryUntilRefused } from '../../store/retry.ts';
import type { RunBackend, RunnerStatus } from '../run-backend.ts';
import { fetchScript } from '../script-requests.ts';
import { endRun } from '../../runs/queue-hold.ts';
import type { RunDeps } from '../../runs/run-deps.ts';
import { chooseNext } from './claim.ts';
import { TimeLimits } from './time-limits.ts';
import { WindowTimers } from './window-timers.ts';

const BUSY_AGAIN_MS = 500;
/** Delay after which a queue that could not be advanced is tried again. */
const ADVANCE_AGAIN_MS = 10_000;
/** Attempts to claim a run before it counts as refused by the database. */
const CLAIM_TRIES = 3;

type LocalBackendParts = RunDeps & { gateway: Gateway };

export class LocalBackend implements RunBackend, Admissions {
  readonly ruff: RunDeps['ruff'];
  readonly #parts: LocalBackendParts;
  readonly #stopped = new AbortController();
  /** Serializes welcomes and claims per sequencer. */
  readonly #mutex = new KeyedMutex();
  /** Queued runs that the database refuses to start. */
  readonly #refused = new Set<string>();
  readonly #timeLimits = new TimeLimits((live, by) => this.#stopAtLimit(live, by));
  readonly #timers = new WindowTimers((sequencer) => void this.advance(sequencer));

  constructor(parts: LocalBackendParts) {
    this.#parts = parts;
    this.ruff = parts.ruff;
  }

  admit(runner: RunnerSocket, hello: Hello): Promise<void> {
    return this.#mutex.run(hello.sequencer, () => this.#admit(runner, hello));
  }

  runEnded({ row }: LiveRun): void {
    this.#timeLimits.forget(row.id);
    void this.advance(row.sequencer);
    if (row.resources.length > 0) this.#advanceOthers(row.sequencer);
  }

  /** Sets the timers of the windows, and cancels the runs that expired while the API did not run. */
  begin(): void {
    for (const sequencer of this.#parts.sequencerStates.names) void this.advance(sequencer);
  }

  close(): void {
    this.#stopped.abort();
    this.#timers.close();
    this.#timeLimits.close();
  }

  readonly lastKnownSince = null;
  readonly resolvesStartLine = false;
  readonly unansweredReason = 'the runner is not connected';

  runner(sequencer: string): RunnerStatus {
    return { ...this.#parts.gateway.state(sequencer), runnerPerRun: false };
  }

  hostname(sequencer: string): string {
    return this.#parts.gateway.state(sequencer).hello?.hostname ?? `daq-${sequencer}-sequencer`;
  }

  async #admit(runner: RunnerSocket, hello: Hello): Promise<void> {
    const { sequencer } = hello;
    const { gateway, liveRuns, sequencerStates } = this.#parts;
    if (!sequencerStates.has(sequencer)) {
      runner.close(CLOSE.unauthorized, 'this sequencer is not configured here');
      return;
    }
    const { reported, missing } = await this.#openRuns(hello);
    const active = liveRuns.all().find((live) => live.connected && live.row.sequencer === sequencer);
    if (active && !reported.some(({ live }) => live === active)) {
      // A silently disconnected runner is removed soon. Then this one can connect.
      runner.close(CLOSE.replaced, 'the runner of this sequencer is at work');
      return;
    }
    // A run may have ended since its row was read.
    const runs = reported.map(({ run, live }) => ({ run, live: live && isFinal(live.row.phase) ? null : live }));
    if (!gateway.accept(runner, sequencer, runs)) return;
    for (const { live } of runs) {
      if (!live) continue;
      if (live.row.scriptHash === NO_SCRIPT_HASH) void fetchScript(this.#parts, this, live);
      this.#timeLimits.watch(live, live.view.startedAt === null ? Date.now() : Date.parse(live.view.startedAt));
    }
    void this.#afterWelcome(sequencer, missing);
  }

  /** The runs that the runner reports, and the active run if it is not among them. */
  async #openRuns(hello: Hello) {
    const { liveRuns, sequencerStates } = this.#parts;
    const before = (await sequencerStates.get(hello.sequencer)).active;
    const reported: { run: string; live: LiveRun | null }[] = [];
    for (const entry of hello.runs) {
      const row = await rowHeldBy(hello, entry, this.#parts);
      if (row !== 'later') reported.push({ run: entry.run, live: row && (await liveRuns.open(row)) });
    }
    const { active } = await sequencerStates.get(hello.sequencer);
    // An adopted run replaced it.
    if (before && before.id !== active?.id && before.resources.length > 0) this.#advanceOthers(hello.sequencer);
    const isMissing = active && !reported.some(({ live }) => live?.row.id === active.id);
    return { reported, missing: isMissing ? await liveRuns.open(active) : null };
  }

  /** Handles an active run that the runner does not report: it was never started, or it is lost. */
  async #afterWelcome(sequencer: string, missing: LiveRun | null): Promise<void> {
    if (missing?.view.lastSeq === 0) await this.#start(missing);
    else if (missing && !isFinal(missing.phase)) await this.#endWithoutEvents(missing, 'LOST', WITHOUT_RECORD);
    await this.advance(sequencer);
  }

  /** Their next runs may have waited for the resources of a run that has ended. */
  #advanceOthers(sequencer: string): void {
    for (const name of this.#parts.sequencerStates.names) if (name !== sequencer) void this.advance(name);
  }

  /** Starts the next run, and cancels those that have expired. Tries again after an error. */
  async advance(sequencer: string): Promise<void> {
    try {
      await this.#mutex.run(sequencer, async () => {
        const claimed = await this.#claimNext(sequencer);
        if (claimed) void this.#start(claimed);
      });
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#parts.log.error({ sequencer, err: error }, 'the queue could not be advanced');
      this.#timers.set(sequencer, new Date(Date.now() + ADVANCE_AGAIN_MS));
    }
  }

  /** Claims the next run. A run that the database refuses to start fails or stays queued, and the next one is tried. */
  async #claimNext(sequencer: string): Promise<LiveRun | null> {
    const { signal } = this.#stopped;
    const onFailure = warn(this.#parts.log, 'starting the next run waits for the database', { sequencer });
    for (;;) {
      const chosen: { run: string | null } = { run: null };
      try {
        return await retryUntilRefused(signal, () => this.#claim(sequencer, chosen), onFailure, CLAIM_TRIES);
      } catch (error) {
        const { run } = chosen;
        if (signal.aborted || run === null) throw error;
        this.#parts.log.error({ run, err: error }, 'the database refuses to start a run; skipping it');
        this.#refused.add(run);
        const reason = 'The run could not be started: the database refused it. The log of the API has the details.';
        const ended = { phase: 'FAILED', reason, finishedAt: new Date() } as const;
        const fail = () => this.#parts.db.transaction((tx) => endRun(tx, { id: run, sequencer }, ended));
        await retryUntilRefused(signal, fail, onFailure, 1).catch((again: unknown) => {
          this.#parts.log.error({ run, err: again }, 'the outcome of a run could not be stored');
        });
      }
    }
  }

  async #claim(sequencer: string, chosen: { run: string | null }): Promise<LiveRun | null> {
    const { gateway, liveRuns, sequencerStates } = this.#parts;
    chosen.run = null;
    const { run, nextAt } = await this.#parts.db.transaction(async (tx) => {
      const decision = await chooseNext(tx, sequencer, gateway.connection(sequencer) !== null, this.#refused);
      chosen.run = decision.run;
      if (decision.run !== null) {
        await tx.update(runs).set({ phase: 'STARTING', reason: null }).where(eq(runs.id, decision.run));
      }
      return decision;
    });
    if (!this.#stopped.signal.aborted) this.#timers.set(sequencer, nextAt);
    sequencerStates.invalidate(sequencer);
    const row = run && (await findRun(this.#parts.db, run));
    if (!row) return null;
    // The reasons of runs that wait for the same resources.
    if (row.resources.length > 0) for (const name of sequencerStates.names) sequencerStates.notify(name);
    const live = await liveRuns.open(row);
    live.row = row;
    return live;
  }

  /** Starts a claimed run, unless it has events or has ended. */
  async #start(live: LiveRun): Promise<void> {
    const { row } = live;
    if (live.view.lastSeq > 0 || isFinal(row.phase)) return;
    try {
      const script = await scriptOf(this.#parts.db, row.id);
      const token = await this.#tokenFor(live);
      this.#parts.log.info({ run: row.id, sequencer: row.sequencer, number: row.number }, 'starting');
      const command: Command = {
        name: 'start',
        run: row.id,
        by: row.submittedBy,
        ...(token === null ? {} : { token }),
        script,
        arguments: row.arguments,
        title: row.title,
        startPaused: row.startPaused,
        holdOnFailure: row.holdOnFailure,
        breakpoints: row.breakpoints,
        ...(row.startAt === null ? {} : { startAt: row.startAt }),
      };
      await this.#parts.gateway.command(row.sequencer, command, live);
      live.connected = true;
      live.changed.notify();
      if (!isFinal(live.phase)) this.#timeLimits.watch(live, Date.now());
      this.#parts.sequencerStates.notify(row.sequencer);
    } catch (error) {
      await this.#notStarted(live, error);
    }
  }

  /** A new token; null for a runner that does not support tokens. */
  async #tokenFor(live: LiveRun): Promise<string | null> {
    const hasTokens = this.#parts.gateway.connection(live.row.sequencer)?.session.hello?.runTokens === true;
    const token = hasTokens ? (live.token ??= newSecret()) : null;
    const tokenHash = token && sha256(token);
    await this.#parts.db.update(runs).set({ tokenHash }).where(eq(runs.id, live.row.id));
    live.row = { ...live.row, tokenHash };
    return token;
  }

  async #notStarted(live: LiveRun, error: unknown): Promise<void> {
    const { row } = live;
    const code = error instanceof SequencerError ? error.code : 'INTERNAL';
    const message = error instanceof Error ? error.message : String(error);
    this.#parts.log.warn({ run: row.id, code, err: message }, 'could not start the run');
    switch (code) {
      case 'RUNNER_AWAY':
        // The command may have arrived. The next `hello` shows whether it did.
        return;
      case 'RUNNER_BUSY':
        setTimeout(() => void this.#start(live), BUSY_AGAIN_MS).unref();
        return;
      case 'RUNNER_TIMEOUT':
      case 'INTERNAL':
        // Whether the command arrived is unknown. After a reconnect, `hello` shows it.
        this.#parts.gateway.connection(row.sequencer)?.close(CLOSE.protocol, 'no reply to the start');
        return;
      default:
        await this.#endWithoutEvents(live, 'FAILED', message, isScriptRefusal(code));
    }
  }

  /** Ends a run for which no more events will arrive. */
  async #endWithoutEvents(live: LiveRun, phase: 'FAILED' | 'LOST', reason: string, refused = false): Promise<void> {
    const ended = { phase, reason, finishedAt: new Date() };
    await retryUntilAborted(
      this.#stopped.signal,
      () => this.#parts.db.transaction((tx) => endRun(tx, live.row, ended, refused)),
      warn(this.#parts.log, 'storing the end of a run waits for the database', { run: live.row.id }),
    );
    live.row = { ...live.row, ...ended };
    this.#parts.gateway.runEnded(live);
  }

  async #stopAtLimit(live: LiveRun, by: string): Promise<void> {
    this.#parts.log.warn({ run: live.row.id, by }, 'stopping a run');
    await this.command(live.row, by, { name: 'stop', level: 'INTERRUPT', escalate: true });
  }

  async request(sequencer: string, command: Command) {
    const { gateway } = this.#parts;
    return gateway.connection(sequencer) && gateway.command(sequencer, command);
  }

  async command(run: RunSummary, by: string, command: RunCommand): Promise<unknown> {
    // Only a runner that has sent the token of this run gets its commands.
    if (this.#parts.liveRuns.get(run.id)?.connected !== true) throw new SequencerError('RUNNER_AWAY');
    return (await this.#parts.gateway.command(run.sequencer, { ...command, run: run.id, by })).result;
  }
}
