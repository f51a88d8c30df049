/**
 * Pulls schedules. A pull is recorded before its request and after its answer, and its run has the id of the pull as
 * requestId: whatever dies in between, a pull makes one run or none.
 */
import { SequencerError } from '@sequencer/model';
import type { SecretHeaders } from '@sequencer/scheduler/headers';
import { periodFrom, scheduleTitle, type Period } from '@sequencer/scheduler/period';
import { requestSchedule, type ScheduleRequest, type SchedulerTarget } from '@sequencer/scheduler/request';
import { ScheduleError } from '@sequencer/scheduler/schedule-error';
import { targetOf } from '@sequencer/scheduler/target';
import type { SequencerStates } from '../runs/sequencer-states.ts';
import type { RunQueue } from '../backends/run-queue.ts';
import type { Logger } from '../lib/log.ts';
import { asSequencerError } from '../store/database.ts';
import { retryUntilAborted } from '../store/retry.ts';
import type { PullAction, PullRow } from '../store/scheduler-schema.ts';
import { PullStore, type NewPull } from './pull-store.ts';
import type { SettingsSource } from './settings-source.ts';

/** Previews of all users together. Each keeps a connection and the scheduler busy, for minutes. */
const MOST_PREVIEWS = 8;
/** The user of runs that the automatic mode submits. */
const AUTOMATIC = 'Scheduler';
const NO_ANSWER = 'The API stopped before the scheduler answered.';
const TOO_LATE = 'The API was stopped until the schedule was over.';

export interface Preview {
  at: Date;
  from: Date;
  to: Date;
  policy: string;
  ok: boolean;
  message: string | null;
  seconds: number;
  script: string | null;
}

export interface PullsParts {
  settings: SettingsSource;
  store: PullStore;
  queue: RunQueue;
  sequencerStates: SequencerStates;
  headers: () => SecretHeaders;
  log: Logger;
  /** Whether other processes pull as well, so that a pull in progress may be theirs. */
  isReplicated: boolean;
  /** Whether the operator pulls for this telescope. */
  isPulledElsewhere: (sequencer: string) => boolean;
}

export class Pulls {
  readonly #parts: PullsParts;
  readonly #stopped = new AbortController();
  /** The requests of this process, by sequencer. */
  readonly #requests = new Map<string, { automatic: boolean; controller: AbortController }>();
  readonly #working = new Set<Promise<unknown>>();
  #previews = 0;
  /** The pulls that an earlier process left in progress. No pull begins before they are known: it would be taken for one. */
  readonly #left = Promise.withResolvers<PullRow[]>();

  constructor(parts: PullsParts) {
    this.#parts = parts;
  }

  /** Continues or ends the pulls that an earlier process left in progress. */
  async begin(): Promise<void> {
    const { store, isReplicated, log } = this.#parts;
    const left = retryUntilAborted(
      this.#stopped.signal,
      () => store.open(isReplicated ? new Date() : null),
      (error) => {
        log.warn({ err: error }, 'pulls wait for the database');
      },
    );
    this.#left.resolve(left);
    // A pull that waits for it throws the error.
    this.#left.promise.catch(() => undefined);
    await this.#recover(await left);
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await Promise.allSettled(this.#working);
  }

  /** A schedule that is neither recorded nor run. @param gone aborted when the caller disconnects */
  async preview(sequencer: string, wanted: Partial<ScheduleRequest> & Period, gone: AbortSignal): Promise<Preview> {
    const { target, policy } = await this.#prepare(sequencer, wanted);
    if (this.#previews >= MOST_PREVIEWS) {
      throw new SequencerError('TOO_MANY', 'Too many previews are in progress.', 'Wait until one has ended.');
    }
    const at = new Date();
    this.#previews += 1;
    try {
      const request = { from: wanted.from, to: wanted.to, policy };
      const answer = await this.#request(target, request, AbortSignal.any([gone, this.#stopped.signal]));
      const { script = null, message } = answer instanceof ScheduleError ? { message: answer.message } : answer;
      return { at, ...request, ok: script !== null, message, seconds: secondsSince(at), script };
    } finally {
      this.#previews -= 1;
    }
  }

  /** Pulls for a person. The result is the ended pull, failed or not. */
  async pull(sequencer: string, by: string, wanted: Partial<ScheduleRequest> & Period, action: PullAction) {
    const { target, policy } = await this.#prepare(sequencer, wanted);
    const { from, to } = wanted;
    return this.#pull({ sequencer, requestedBy: by, automatic: false, action, from, to, policy }, target);
  }

  /** Pulls for the automatic mode: as long as the settings say, from now on. @param endBy end it earlier */
  async pullAutomatically(sequencer: string, endBy: Date | null): Promise<PullRow> {
    const { lengthMinutes, leadMinutes } = await this.#parts.settings.get(sequencer);
    const { from, to } = periodFrom(new Date(), leadMinutes, lengthMinutes, endBy);
    const { target, policy } = await this.#prepare(sequencer, { from, to });
    const pull = { sequencer, requestedBy: AUTOMATIC, automatic: true, action: 'QUEUE' as const, from, to, policy };
    return this.#pull(pull, target);
  }

  /** Cancels the request in progress, if this process sent it. */
  cancel(sequencer: string, only: 'any' | 'automatic' = 'any'): void {
    const request = this.#requests.get(sequencer);
    if (request && (only === 'any' || request.automatic)) request.controller.abort();
  }

  async #prepare(sequencer: string, wanted: Partial<ScheduleRequest> & Period) {
    this.#parts.sequencerStates.require(sequencer);
    const settings = await this.#parts.settings.get(sequencer);
    return { target: targetOf(settings, this.#parts.headers()), policy: wanted.policy ?? settings.policy };
  }

  async #pull(wanted: NewPull, target: SchedulerTarget): Promise<PullRow> {
    const { store, sequencerStates, isReplicated, isPulledElsewhere } = this.#parts;
    if (isPulledElsewhere(wanted.sequencer)) throw new SequencerError('PULL_IN_PROGRESS');
    await this.#left.promise;
    if (isReplicated) await this.#recover(await store.open(new Date(), wanted.sequencer));
    const pull = await store.begin(wanted, target.timeoutSeconds);
    const work = this.#carryOut(pull, target).catch((error: unknown) => this.#fail(pull, error));
    this.#working.add(work);
    try {
      return await work;
    } finally {
      this.#working.delete(work);
      sequencerStates.invalidate(wanted.sequencer);
    }
  }

  async #carryOut(pull: PullRow, target: SchedulerTarget): Promise<PullRow> {
    const { id, sequencer } = pull;
    const request = new AbortController();
    this.#requests.set(sequencer, { automatic: pull.automatic, controller: request });
    this.#parts.sequencerStates.invalidate(sequencer);
    const signal = AbortSignal.any([request.signal, this.#stopped.signal]);
    const answer = await this.#request(target, pull, signal).finally(() => {
      this.#requests.delete(sequencer);
    });
    const seconds = secondsSince(pull.at);
    if (answer instanceof ScheduleError) {
      const state = answer.kind !== 'CANCELLED' ? 'FAILED' : request.signal.aborted ? 'CANCELLED' : 'INTERRUPTED';
      const message = state === 'INTERRUPTED' ? NO_ANSWER : answer.message;
      return this.#end(pull, { state, message, seconds });
    }
    const { script, message } = answer;
    const answered = await this.#stored(pull, () =>
      this.#parts.store.set(id, { state: 'ANSWERED', script, message, seconds }),
    );
    return this.#complete(answered ?? { ...pull, script, message, seconds });
  }

  /** Makes the run of an answered pull. May be repeated: the queue returns the run that was made before. */
  async #complete(pull: PullRow): Promise<PullRow> {
    const { id, sequencer, script, action, requestedBy: by } = pull;
    if (script === null) return this.#end(pull, { state: 'FAILED', message: 'The script is missing.' });
    if (action === 'DRAFT') return this.#end(pull, { state: 'DONE' });
    if (pull.automatic && (await this.#parts.sequencerStates.get(sequencer)).row.mode !== 'SCHEDULER') {
      return this.#end(pull, { state: 'CANCELLED', message: 'The mode was changed during the pull.' });
    }
    const run = await this.#stored(pull, () =>
      this.#parts.queue.submit(by, {
        ...{ sequencer, script, title: scheduleTitle(pull), arguments: [], startPaused: false, breakpoints: [] },
        start: action === 'RUN' ? 'RUNNING' : 'QUEUED',
        origin: 'SCHEDULER',
        requestId: id,
      }),
    );
    return this.#end(pull, { state: 'DONE', run: run.id });
  }

  /** Ends a pull whose script the queue refused. After a stop, the next process continues it. */
  async #fail(pull: PullRow, error: unknown): Promise<PullRow> {
    if (this.#stopped.signal.aborted) throw error;
    const known = asSequencerError(error);
    if (!known) this.#parts.log.error({ sequencer: pull.sequencer, err: error }, 'a pull failed');
    return this.#end(pull, { state: 'FAILED', message: (known ?? new SequencerError('INTERNAL')).text });
  }

  async #end(pull: PullRow, end: Parameters<PullStore['set']>[1]): Promise<PullRow> {
    const { sequencer, from, to, automatic } = pull;
    const { state, message = pull.message, seconds } = end;
    this.#parts.log.info({ sequencer, from, to, automatic, state, message, seconds }, 'pull from the scheduler ended');
    const ended = await this.#stored(pull, () => this.#parts.store.set(pull.id, end));
    return ended ?? (await this.#parts.store.find(pull.id)) ?? { ...pull, ...end };
  }

  async #request(target: SchedulerTarget, request: ScheduleRequest, signal: AbortSignal) {
    try {
      return await requestSchedule(target, request, signal);
    } catch (error) {
      if (error instanceof ScheduleError) return error;
      throw error;
    }
  }

  /** Waits for the database: an answer for which the scheduler worked minutes must not get lost. */
  #stored<T>({ sequencer }: PullRow, action: () => Promise<T>): Promise<T> {
    const refused = new AbortController();
    return retryUntilAborted(AbortSignal.any([this.#stopped.signal, refused.signal]), action, (error) => {
      if (asSequencerError(error)?.code !== 'DATABASE_AWAY') refused.abort();
      else this.#parts.log.warn({ sequencer, err: error }, 'storing a pull waits for the database');
    });
  }

  async #recover(left: readonly PullRow[]): Promise<void> {
    for (const pull of left) {
      this.#parts.log.info({ sequencer: pull.sequencer, state: pull.state }, 'continuing a pull of an earlier process');
      if (pull.state === 'REQUESTED') await this.#end(pull, { state: 'INTERRUPTED', message: NO_ANSWER });
      else if (pull.to < new Date()) await this.#end(pull, { state: 'FAILED', message: TOO_LATE });
      else await this.#complete(pull).catch((error: unknown) => this.#fail(pull, error));
    }
  }
}

function secondsSince(at: Date): number {
  return Math.max(0, Date.now() - at.getTime()) / 1000;
}
