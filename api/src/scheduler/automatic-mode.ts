/** Carries out the mode SCHEDULER on one machine: applies the rule of the model to each telescope. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  SequencerError,
  decidePull,
  failedPulls,
  failedPullsCause,
  type PullAttempt,
  type PullOutcome,
  type SchedulerDecision,
} from '@sequencer/model';
import type { RunBackend } from '../backends/run-backend.ts';
import type { Logger } from '../lib/log.ts';
import { setModeOff } from '../runs/queue-hold.ts';
import type { SequencerStates } from '../runs/sequencer-states.ts';
import type { Db } from '../store/database.ts';
import type { AutomaticPulls } from './automatic-pulls.ts';
import type { AutomaticPull, PullStore } from './pull-store.ts';
import type { Pulls } from './pulls.ts';
import type { SettingsStore } from './settings-store.ts';

/** Enough to find three failures among pulls that were cancelled. */
const NEWEST = 20;
const AFTER_ERROR_MS = 2000;
/** The longest delay of a timer. The rule is applied again then. */
const LONGEST_WAIT_MS = 3_600_000;

export interface AutomaticModeParts {
  db: Db;
  log: Logger;
  sequencerStates: SequencerStates;
  backend: RunBackend;
  settings: SettingsStore;
  store: PullStore;
  pulls: Pulls;
}

export class AutomaticMode implements AutomaticPulls {
  readonly #parts: AutomaticModeParts;
  readonly #stopped = new AbortController();
  /** Telescopes whose automatic pull this process carries out. */
  readonly #pulling = new Set<string>();

  constructor(parts: AutomaticModeParts) {
    this.#parts = parts;
  }

  begin(): void {
    for (const name of this.#parts.sequencerStates.names) void this.#follow(name);
  }

  close(): void {
    this.#stopped.abort();
  }

  async nextPullAt(sequencer: string): Promise<Date | null> {
    const { decision } = await this.#decide(sequencer);
    if (decision.action === 'PULL') return new Date();
    return decision.action === 'WAIT' ? decision.until : null;
  }

  async failures(sequencer: string): Promise<number> {
    return failedPulls((await this.#automaticPulls(sequencer)).map(attemptOf));
  }

  /** All are in the record. */
  inProgress(): null {
    return null;
  }

  cancel(): Promise<void> {
    return Promise.resolve();
  }

  /** Applies the rule after each change of the telescope, and when a wait is over. */
  async #follow(sequencer: string): Promise<void> {
    const { signal } = this.#stopped;
    const changed = this.#parts.sequencerStates.signal(sequencer);
    while (!signal.aborted) {
      const seen = changed.version;
      const wait = await this.#step(sequencer).catch((error: unknown) => {
        this.#parts.log.warn({ sequencer, err: error }, 'the automatic mode waits');
        return AFTER_ERROR_MS;
      });
      await changed.after(seen, signal, wait);
    }
  }

  /** Returns after how many milliseconds to apply the rule again; undefined: after a change. */
  async #step(sequencer: string): Promise<number | undefined> {
    const { sequencerStates, pulls } = this.#parts;
    // Most changes are those of a running script.
    const { row, active } = await sequencerStates.get(sequencer);
    if (row.mode !== 'SCHEDULER') pulls.cancel(sequencer, 'automatic');
    if (row.mode !== 'SCHEDULER' || active || this.#pulling.has(sequencer)) return undefined;
    const { decision, attempts, last } = await this.#decide(sequencer);
    if (decision.action === 'PULL') void this.#pull(sequencer, decision.endBy);
    if (decision.action === 'TURN_OFF') {
      await this.#turnOff(sequencer, failedPullsCause(failedPulls(attempts), last?.runReason ?? last?.message ?? null));
    }
    if (decision.action !== 'WAIT' || decision.until === null) return undefined;
    return Math.min(Math.max(0, decision.until.getTime() - Date.now()), LONGEST_WAIT_MS);
  }

  async #decide(sequencer: string) {
    const { sequencerStates, store, backend } = this.#parts;
    const { row, active, queue } = await sequencerStates.get(sequencer);
    const automatic = row.mode === 'SCHEDULER' ? await this.#automaticPulls(sequencer) : [];
    const attempts = automatic.map(attemptOf);
    const decision: SchedulerDecision = decidePull(
      {
        mode: row.mode,
        active: active !== null,
        connected: backend.runner(sequencer).connected,
        waiting: queue.map((run) => ({ ...run, onHold: run.onHoldSince !== null })),
        pulling: await store.isPulling(sequencer),
        attempts,
      },
      new Date(),
    );
    return { decision, attempts, last: automatic.find((pull) => outcomeOf(pull) === 'FAILED') };
  }

  /** Those that have ended, since the mode was set, the newest first. */
  async #automaticPulls(sequencer: string): Promise<AutomaticPull[]> {
    const { settings, store } = this.#parts;
    const pulls = await store.automatic(sequencer, await settings.countsAfter(sequencer), NEWEST);
    return pulls.filter(({ endedAt }) => endedAt !== null);
  }

  async #pull(sequencer: string, endBy: Date | null): Promise<void> {
    this.#pulling.add(sequencer);
    try {
      await this.#parts.pulls.pullAutomatically(sequencer, endBy);
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      const code = error instanceof SequencerError ? error.code : null;
      // A person was faster. The rule is applied again when that pull has ended.
      if (code === 'PULL_IN_PROGRESS') return;
      if (code === 'SCHEDULER_NOT_SET') await this.#turnOff(sequencer, 'the scheduler is not configured');
      else {
        this.#parts.log.error({ sequencer, err: error }, 'an automatic pull failed');
        await sleep(AFTER_ERROR_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      }
    } finally {
      this.#pulling.delete(sequencer);
      this.#parts.sequencerStates.notify(sequencer);
    }
  }

  async #turnOff(sequencer: string, cause: string): Promise<void> {
    const { db, log, sequencerStates } = this.#parts;
    await db.transaction((tx) => setModeOff(tx, sequencer, 'Sequencer', cause));
    log.warn({ sequencer, cause }, 'automatic mode turned off');
    sequencerStates.invalidate(sequencer);
  }
}

function outcomeOf({ state, runPhase, runStartedAt }: AutomaticPull): PullOutcome {
  if (state === 'CANCELLED' || state === 'INTERRUPTED') return 'NONE';
  // The runner refused the script, or the run never reached it.
  const isRefused = runPhase === 'FAILED' && runStartedAt === null;
  return state === 'DONE' && !isRefused ? 'SUCCEEDED' : 'FAILED';
}

function attemptOf(pull: AutomaticPull): PullAttempt {
  return { at: pull.at, endedAt: pull.endedAt ?? pull.at, outcome: outcomeOf(pull) };
}
