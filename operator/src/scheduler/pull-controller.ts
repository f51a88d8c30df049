/**
 * Reconciles the mode Scheduler of one sequencer: requests a schedule when `decidePull` decides so, makes its run, and keeps
 * the record of pulls in `status.scheduler`.
 *
 * Contract: a pull is in the status before its request is sent, and the name of its run follows from its id. An operator that
 * finds a pull which it did not send looks for its run; without one, it requests the schedule again under the same id. So a
 * pull makes one run or none, whichever operator dies when. Every write of the status is conditional on the version that was
 * read.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { DONE, requeueAfter, type ReconcileResult } from '@sequencer/kubernetes/reconcile-result';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import {
  LIMITS,
  SequencerError,
  decidePull,
  failedPulls,
  failedPullsCause,
  type SchedulerDecision,
} from '@sequencer/model';
import { activeHold } from '@sequencer/model/kubernetes/hold';
import { SEQUENCER_USER, modeAnnotation } from '@sequencer/model/kubernetes/mode';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import { heldRuns, waitingRuns } from '@sequencer/model/kubernetes/queue';
import {
  attemptOf,
  countedPulls,
  endPull,
  endedPulls,
  schedulerStatus,
  type PullEnd,
  type PullInProgress,
  type SchedulerStatus,
} from '@sequencer/model/kubernetes/scheduler';
import { schedulerSettingsOf } from '@sequencer/model/kubernetes/scheduler-settings';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { boundedText } from '@sequencer/model/text';
import type { SecretHeaders } from '@sequencer/scheduler/headers';
import { periodFrom } from '@sequencer/scheduler/period';
import {
  effectiveSettings,
  policySchema,
  type SchedulerDefaults,
  type SchedulerSettings,
} from '@sequencer/scheduler/settings';
import { targetOf } from '@sequencer/scheduler/target';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import { msUntil } from '../controllers/window-wait.ts';
import type { EventRecorder } from '../status/event-recorder.ts';
import { RunRefusedError, createPullRun, findPullRun } from './pull-run.ts';
import type { PullRequests } from './pull-requests.ts';

/** Of `status.scheduler` alone: another manager than that of the rest of the status. */
const MANAGER = 'sequencer-operator-scheduler';

export interface SchedulerConfig {
  defaults: SchedulerDefaults;
  headers: SecretHeaders;
}

export interface PullReconcilerOptions {
  client: KubernetesClient;
  cache: ClusterCache;
  events: EventRecorder;
  requests: PullRequests;
  config: SchedulerConfig;
}

export class PullReconciler {
  readonly #client: KubernetesClient;
  readonly #cache: ClusterCache;
  readonly #events: EventRecorder;
  readonly #requests: PullRequests;
  readonly #config: SchedulerConfig;

  constructor({ client, cache, events, requests, config }: PullReconcilerOptions) {
    this.#client = client;
    this.#cache = cache;
    this.#events = events;
    this.#requests = requests;
    this.#config = config;
  }

  async reconcile(namespace: string, name: string): Promise<ReconcileResult> {
    const sequencer = this.#cache.sequencers.get(namespace, name);
    if (!sequencer || sequencer.metadata.deletionTimestamp !== undefined) {
      this.#requests.forget(`${namespace}/${name}`);
      return DONE;
    }
    const { pull } = sequencer.status?.scheduler ?? {};
    if (pull) return this.#followPull(sequencer, pull);
    if (await this.#recordRefusal(sequencer)) return DONE;
    const runs = this.#cache.runsOf(namespace, name);
    const decision = this.#decide(sequencer, runs);
    if (decision.action === 'PULL') return this.#begin(sequencer);
    if (decision.action === 'TURN_OFF') {
      const counted = countedPulls(sequencer.status?.scheduler, this.#modeOf(sequencer).at);
      const last = counted.find(({ outcome }) => outcome === 'Failed')?.message ?? null;
      return this.#turnOff(sequencer, failedPullsCause(failedPulls(counted.map(attemptOf)), last));
    }
    await this.#writeWait(sequencer, decision.until);
    return requeueAfter(decision.until ? msUntil(decision.until, new Date()) : undefined);
  }

  /* ---- the decision ------------------------------------------------------------------------------------------------- */

  /** As if no pull were in progress. */
  #decide(sequencer: Sequencer, runs: readonly SequencerRun[]): SchedulerDecision {
    const { status } = sequencer;
    const { isOn, at } = this.#modeOf(sequencer);
    return decidePull(
      {
        mode: isOn ? 'SCHEDULER' : 'OFF',
        active: status?.activeRun !== undefined,
        // Runners start with their runs.
        connected: status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
        waiting: waitingRuns(runs, heldRuns(status)),
        pulling: false,
        attempts: countedPulls(status?.scheduler, at).map(attemptOf),
      },
      new Date(),
    );
  }

  /** Whether the mode Scheduler is effective, and when it was set. */
  #modeOf(sequencer: Sequencer): { isOn: boolean; at: string | undefined } {
    const { mode, at } = this.#cache.requestedModes.of(sequencer);
    const isHeld = activeHold(sequencer.status?.hold, sequencer.spec) !== undefined;
    return { isOn: mode === 'Scheduler' && !isHeld, at };
  }

  /** The schedule of a run that its runner refused has failed. Returns whether something was written. */
  async #recordRefusal(sequencer: Sequencer): Promise<boolean> {
    const [last, ...earlier] = endedPulls(sequencer.status?.scheduler);
    if (last?.outcome !== 'Succeeded' || last.run === undefined) return false;
    const run = this.#cache.runs.get(sequencer.metadata.namespace, last.run);
    if (run?.metadata.uid !== last.runUID || run?.status?.refused !== true) return false;
    const { reason = 'The runner refused the script.' } = run.status;
    const made = { name: run.metadata.name, uid: run.metadata.uid };
    const failed = endPull(last, { outcome: 'Failed', seconds: last.seconds, message: reason, run: made }, new Date());
    const { at: mode } = this.#modeOf(sequencer);
    await this.#write(sequencer, schedulerStatus([failed, ...earlier], { mode }));
    await this.#events.record(sequencer, 'Warning', 'PullFailed', `The script of a pull was refused: ${reason}`);
    return true;
  }

  /* ---- a pull ------------------------------------------------------------------------------------------------------- */

  /** Decides again with what the API server has: the cache may lack a run that was created a moment ago. */
  async #begin({ metadata }: Sequencer): Promise<ReconcileResult> {
    const { namespace, name } = metadata;
    const sequencer = await this.#client.get(SEQUENCERS, namespace, name);
    const runs = await this.#client.list(RUNS, namespace, { fieldSelector: `spec.sequencer=${name}` });
    const decision = this.#decide(sequencer, runs);
    if (decision.action !== 'PULL' || sequencer.status?.scheduler?.pull) return DONE;
    return this.#request(sequencer, randomUUID(), decision.endBy);
  }

  async #requestAgain(sequencer: Sequencer, { id }: PullInProgress): Promise<ReconcileResult> {
    const { namespace, name } = sequencer.metadata;
    const decision = this.#decide(sequencer, this.#cache.runsOf(namespace, name));
    return this.#request(sequencer, id, decision.action === 'PULL' ? decision.endBy : null);
  }

  async #request(sequencer: Sequencer, id: string, endBy: Date | null): Promise<ReconcileResult> {
    const { namespace, name } = sequencer.metadata;
    const settings = this.#settingsOf(sequencer);
    if (settings instanceof SequencerError) return this.#turnOff(sequencer, causeOf(settings));
    const target = targetOf(settings, this.#config.headers);
    const now = new Date();
    const period = periodFrom(now, settings.leadMinutes, settings.lengthMinutes, endBy);
    const { policy } = settings;
    const { at: mode } = this.#modeOf(sequencer);
    const [at, from, to] = [now, period.from, period.to].map((time) => time.toISOString()) as [string, string, string];
    const pull: PullInProgress = { id, at, from, to, policy, ...(mode !== undefined && { mode }) };
    await this.#write(sequencer, schedulerStatus(endedPulls(sequencer.status?.scheduler), { pull, mode }));
    this.#requests.send(`${namespace}/${name}`, id, target, { ...period, policy });
    return DONE;
  }

  /** The settings with which a request can be sent, or what is wrong with them. */
  #settingsOf(sequencer: Sequencer): SchedulerSettings | SequencerError {
    const { name } = sequencer.metadata;
    const settings = effectiveSettings(name, schedulerSettingsOf(sequencer), this.#config.defaults);
    try {
      targetOf(settings, this.#config.headers);
    } catch (error) {
      if (error instanceof SequencerError) return error;
      throw error;
    }
    const { error } = policySchema.safeParse(settings.policy);
    return error
      ? new SequencerError('BAD_INPUT', `spec.scheduler.policy ${error.issues[0]?.message ?? ''}.`)
      : settings;
  }

  async #followPull(sequencer: Sequencer, pull: PullInProgress): Promise<ReconcileResult> {
    const { namespace, name, annotations } = sequencer.metadata;
    const answer = this.#requests.answerOf(`${namespace}/${name}`, pull.id);
    const isOn = this.#modeOf(sequencer).isOn;
    const isCancelled = annotations?.[ANNOTATIONS.cancelPull] === pull.id;
    if (answer === undefined || !isOn || isCancelled) {
      // An operator may have created the run, and not recorded it.
      const run = await findPullRun(this.#client, sequencer, pull);
      if (run)
        return this.#end(sequencer, pull, {
          outcome: 'Succeeded',
          seconds: sinceBegin(pull),
          message: null,
          run: run.metadata,
        });
      if (isOn && !isCancelled) return this.#requestAgain(sequencer, pull);
      const message = isOn ? 'The pull was cancelled.' : 'The mode was changed during the pull.';
      return this.#end(sequencer, pull, { outcome: 'Cancelled', seconds: sinceBegin(pull), message });
    }
    if (answer === null) return DONE;
    const { schedule, problem, seconds } = answer;
    if (!schedule) return this.#end(sequencer, pull, { outcome: 'Failed', seconds, message: problem });
    try {
      const { metadata: run } = await createPullRun(this.#client, sequencer, pull, schedule.script);
      return await this.#end(sequencer, pull, { outcome: 'Succeeded', seconds, message: schedule.message, run });
    } catch (error) {
      if (!(error instanceof RunRefusedError)) throw error;
      return this.#end(sequencer, pull, { outcome: 'Failed', seconds, message: error.message });
    }
  }

  async #end(sequencer: Sequencer, pull: PullInProgress, end: PullEnd): Promise<ReconcileResult> {
    const { namespace, name } = sequencer.metadata;
    const ended = endPull(pull, end, new Date());
    const pulls = [ended, ...endedPulls(sequencer.status?.scheduler)];
    await this.#write(sequencer, schedulerStatus(pulls, { mode: pull.mode }));
    this.#requests.forget(`${namespace}/${name}`);
    const { outcome, message = '', run } = ended;
    if (outcome === 'Succeeded') await this.#events.record(sequencer, 'Normal', 'Pulled', `Pulled ${run ?? ''}.`);
    if (outcome === 'Failed') await this.#events.record(sequencer, 'Warning', 'PullFailed', message);
    return DONE;
  }

  /* ---- writes ------------------------------------------------------------------------------------------------------- */

  async #writeWait(sequencer: Sequencer, nextPullAt: Date | null): Promise<void> {
    const before = sequencer.status?.scheduler;
    const { isOn, at } = this.#modeOf(sequencer);
    // In another mode, the failures that ended this one stay visible.
    const mode = isOn ? at : before?.lastPull?.mode;
    // A sequencer that never used the mode needs no record.
    if (!before && !nextPullAt) return;
    await this.#write(sequencer, schedulerStatus(endedPulls(before), { nextPullAt, mode }));
  }

  async #write({ metadata, status }: Sequencer, scheduler: SchedulerStatus): Promise<void> {
    if (isDeepStrictEqual(status?.scheduler, scheduler)) return;
    const { namespace, name, resourceVersion } = metadata;
    const options = { manager: MANAGER, subresource: 'status', resourceVersion } as const;
    await this.#client.apply(SEQUENCERS, namespace, name, { status: { scheduler } }, options);
  }

  /** As a user of the pages does, so that a tool which applies the mode of git again does not turn it on. */
  async #turnOff({ metadata }: Sequencer, cause: string): Promise<ReconcileResult> {
    const { namespace, name } = metadata;
    const sequencer = await this.#client.get(SEQUENCERS, namespace, name);
    if (!this.#modeOf(sequencer).isOn) return DONE;
    const reason = boundedText(cause, LIMITS.reasonLength);
    const request = { mode: 'Off', by: SEQUENCER_USER, at: new Date(), reason } as const;
    const annotations = { [ANNOTATIONS.modeBy]: modeAnnotation(sequencer, request) };
    const patch = {
      metadata: { resourceVersion: sequencer.metadata.resourceVersion, annotations },
      spec: { mode: 'Off' },
    };
    await this.#client.merge(SEQUENCERS, namespace, name, patch);
    await this.#events.record(sequencer, 'Warning', 'AutomaticModeOff', `Mode set to Off because ${reason}.`);
    return DONE;
  }
}

function sinceBegin({ at }: PullInProgress): number {
  return Math.max(0, Date.now() - Date.parse(at)) / 1000;
}

/** For use inside a sentence. */
function causeOf({ message }: SequencerError): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1).replace(/\.$/, '');
}
