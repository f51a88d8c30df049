/**
 * Reconciles one sequencer: releases it when its run has ended, claims it for the next run, and writes its status.
 *
 * Contract: a run has the sequencer from the moment that `status.activeRun` names it until its outcome is recorded. Every
 * write of the status is conditional on the version that was read (compare-and-swap), so only one of two concurrent claims
 * succeeds, also with an outdated cache. The release after a failure, and the hold of the queue, are one write.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { DONE, earliestRequeue, requeueAfter, type ReconcileResult } from '@sequencer/kubernetes/reconcile-result';
import { PODS, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import {
  decideQueue,
  holdCause,
  holdModeReason,
  letsQueueContinue,
  type FinalPhase,
  type Mode,
} from '@sequencer/model';
import { activeHold, newResumeValue, resumeValue, type Hold } from '@sequencer/model/kubernetes/hold';
import { SEQUENCER_USER, ineffectiveWriter, type RequestedMode } from '@sequencer/model/kubernetes/mode';
import { ACTIVE_RUN_FINALIZER, LABELS } from '@sequencer/model/kubernetes/names';
import {
  heldRuns,
  isWaiting,
  requestKey,
  requestOf,
  requestsStart,
  waitingRuns,
} from '@sequencer/model/kubernetes/queue';
import { afterFailureOf, type Sequencer, type SequencerStatus } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import {
  isFinalKubernetesPhase,
  phaseFromKubernetes,
  type FinalKubernetesPhase,
} from '@sequencer/model/kubernetes/enums';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import type { NetworkPolicies } from '../isolation/network-policies.ts';
import { startProblemOf, type StartProblem } from '../pods/start-problems.ts';
import { isPodTerminated } from '../pods/termination.ts';
import type { EventRecorder } from '../status/event-recorder.ts';
import { withConditions, type ConditionChange } from '../status/status.ts';
import type { WarmPool } from '../warm-pool/warm-pool.ts';
import { expireRun } from './queue-exit.ts';
import { awaitsRecord } from './record-wait.ts';
import { retentionOf } from './retention.ts';
import { claimedMessage } from './start-run.ts';
import { claimOf, usedResources } from './used-resources.ts';
import { msUntil } from './window-wait.ts';

type Active = NonNullable<SequencerStatus['activeRun']>;
type HeldRuns = NonNullable<SequencerStatus['waits']>;

interface Outcome {
  phase: FinalKubernetesPhase;
  holdsQueue: boolean;
}

interface Decision {
  start: SequencerRun | undefined;
  expired: SequencerRun[];
  nextAt: Date | null;
}

const RETRY_AFTER_STALE_CACHE_MS = 500;
/** Changes of ConfigMaps are not watched. */
const CHECK_PROBLEM_AGAIN_MS = 30_000;

export interface SequencerReconcilerOptions {
  client: KubernetesClient;
  cache: ClusterCache;
  events: EventRecorder;
  policies: NetworkPolicies;
  warmPool: WarmPool;
}

export class SequencerReconciler {
  readonly #options: SequencerReconcilerOptions;
  readonly #client: KubernetesClient;
  readonly #cache: ClusterCache;
  readonly #events: EventRecorder;

  constructor(options: SequencerReconcilerOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#cache = options.cache;
    this.#events = options.events;
  }

  async reconcile(namespace: string, name: string): Promise<ReconcileResult> {
    const sequencer = this.#cache.sequencers.get(namespace, name);
    if (!sequencer) return DONE;
    const runs = this.#cache.runsOf(namespace, name).map((run) => this.#withObserved(run));
    const { activeRun, hold } = sequencer.status ?? {};
    const [outcome, ...problems] = await Promise.all([
      activeRun && this.#outcomeOf(sequencer, activeRun, runs),
      this.#options.policies.ensure(sequencer),
      startProblemOf(this.#client, sequencer),
    ]);
    const problem = problems.find((one) => one !== null) ?? null;
    if (outcome === 'unknown') return requeueAfter(RETRY_AFTER_STALE_CACHE_MS);
    const latest = activeRun && outcome?.holdsQueue ? await this.#holdAfter(sequencer, activeRun, outcome.phase) : hold;
    const current = activeHold(latest, sequencer.spec);
    const active = outcome === null ? activeRun : undefined;
    const stillHeld = stillWaiting(heldRuns(sequencer.status), runs, current);
    const requested = this.#cache.requestedModes.of(sequencer);
    const { start, expired, nextAt } = this.#decide(sequencer, active, runs, requested, current, stillHeld);
    for (const run of expired) await expireRun(this.#options, run, this.#cache.positions.of(run));
    const next = start && claimOf(start);
    const rest = runs.filter((run) => !expired.includes(run));
    const written = await this.#write(sequencer, rest, next ?? active, requested, current, stillHeld, problem);
    if (start) await this.#events.record(start, 'Normal', 'Claimed', claimedMessage(name));
    if (current && current !== hold) {
      await this.#events.record(sequencer, 'Warning', 'Held', holdReason(sequencer, current));
    }
    // Last, as it may conflict with a change by a user: the events of this step would be missing.
    await this.#protect(written, (next ?? active) !== undefined);
    const holder = next ?? active;
    const warmPoolMs = await this.#options.warmPool.reconcile(
      sequencer,
      runs.find(({ metadata }) => metadata.uid === holder?.uid),
    );
    return earliestRequeue(
      warmPoolMs,
      await this.#deleteExpired(sequencer, runs),
      problem ? CHECK_PROBLEM_AGAIN_MS : undefined,
      nextAt ? msUntil(nextAt, new Date()) : undefined,
    );
  }

  /** With what is not in its status yet. */
  #withObserved(run: SequencerRun): SequencerRun {
    const { positions, requests } = this.#cache;
    return { ...run, status: { ...run.status, place: positions.of(run), request: requests.of(run) } };
  }

  /** The outcome of the active run; null while it is active; `unknown` while it cannot be determined. */
  async #outcomeOf(sequencer: Sequencer, active: Active, runs: SequencerRun[]): Promise<Outcome | null | 'unknown'> {
    const { namespace } = sequencer.metadata;
    const known = runs.find(({ metadata }) => metadata.uid === active.uid);
    if (known) {
      const { phase } = known.status ?? {};
      return isFinalKubernetesPhase(phase) ? { phase, holdsQueue: holdsQueue(known, sequencer, phase) } : null;
    }
    const run = await this.#client.find(RUNS, namespace, active.name);
    if (run?.metadata.uid === active.uid) return 'unknown';
    // The object was deleted by force, without its finalizer. The pod may still be running.
    const pods = await this.#client.list(PODS, namespace, { labelSelector: `${LABELS.run}=${active.name}` });
    const own = pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === active.uid));
    return own.some((pod) => !isPodTerminated(pod, Date.now())) ? 'unknown' : { phase: 'Lost', holdsQueue: true };
  }

  async #holdAfter({ metadata, spec }: Sequencer, active: Active, outcome: FinalKubernetesPhase): Promise<Hold> {
    // From the API server, not the cache: runs that were requested before the hold are held, later ones are not.
    const runs = await this.#client.list(RUNS, metadata.namespace, {
      fieldSelector: `spec.sequencer=${metadata.name}`,
    });
    const requested = runs.filter((run) => isWaiting(run) && requestsStart(run) && run.metadata.uid !== active.uid);
    return {
      run: active.name,
      uid: active.uid,
      resume: newResumeValue(active, spec.resumeAfter),
      outcome,
      since: wholeSeconds(new Date()),
      // Also the current generation: the last request may not have been observed yet.
      runs: requested.slice(0, 1000).flatMap((run) => {
        const { uid, generation = 0 } = run.metadata;
        const known = requestOf(run);
        return known.generation === generation ? [known] : [known, { uid, generation }];
      }),
    };
  }

  #decide(
    sequencer: Sequencer,
    active: Active | undefined,
    runs: SequencerRun[],
    { mode }: RequestedMode,
    hold: Hold | undefined,
    stillHeld: HeldRuns,
  ): Decision {
    if (sequencer.metadata.deletionTimestamp !== undefined) return { start: undefined, expired: [], nextAt: null };
    const { start, expired, nextAt } = decideQueue(
      hold ? 'OFF' : (mode.toUpperCase() as Mode),
      active !== undefined,
      waitingRuns(runs, heldRuns({ ...(hold && { hold }), waits: stillHeld })),
      new Date(),
      usedResources(this.#cache.sequencers.all(), sequencer.metadata),
    );
    const lateIds = expired.map(({ id }) => id);
    return {
      start: runs.find(({ metadata }) => metadata.uid === start?.id),
      expired: runs.filter(({ metadata }) => lateIds.includes(metadata.uid)),
      nextAt,
    };
  }

  async #write(
    sequencer: Sequencer,
    runs: SequencerRun[],
    active: Active | undefined,
    requested: RequestedMode,
    hold: Hold | undefined,
    stillHeld: HeldRuns,
    problem: StartProblem | null,
  ): Promise<Sequencer> {
    const { name, namespace, resourceVersion, generation } = sequencer.metadata;
    const waiting = runs.filter((run) => isWaiting(run) && run.metadata.uid !== active?.uid);
    const reason = hold ? holdReason(sequencer, hold) : modeReason(sequencer, requested);
    const after: SequencerStatus = {
      ...(active && { activeRun: active }),
      ...(hold && { hold }),
      ...(reason !== undefined && { reason }),
      ...(stillHeld.length > 0 && { waits: stillHeld }),
      mode: hold ? 'Off' : requested.mode,
      requestedMode: requested,
      queueLength: waiting.length,
      ...(generation !== undefined && { observedGeneration: generation }),
      conditions: withConditions(
        sequencer.status?.conditions,
        [readyCondition(problem), heldCondition(sequencer, hold)],
        generation,
      ),
    };
    // Another controller writes the pulls.
    const { scheduler: _, ...before } = sequencer.status ?? {};
    if (isDeepStrictEqual(before, after)) return sequencer;
    return this.#client.apply(
      SEQUENCERS,
      namespace,
      name,
      { status: after },
      { subresource: 'status', resourceVersion },
    );
  }

  /** Keeps the object, and with it the network policy of the pod, as long as a run has the sequencer. */
  async #protect({ metadata }: Sequencer, isActive: boolean): Promise<void> {
    const { namespace, name, resourceVersion, finalizers = [], deletionTimestamp } = metadata;
    const others = finalizers.filter((finalizer) => finalizer !== ACTIVE_RUN_FINALIZER);
    if (isActive === others.length < finalizers.length) return;
    // Kubernetes accepts no new finalizer on an object that is being deleted.
    if (isActive && deletionTimestamp !== undefined) return;
    const after = isActive ? [...others, ACTIVE_RUN_FINALIZER] : others;
    await this.#client.merge(SEQUENCERS, namespace, name, { metadata: { resourceVersion, finalizers: after } });
  }

  /** Returns in how many ms the next run expires. */
  async #deleteExpired(sequencer: Sequencer, runs: SequencerRun[]): Promise<number | undefined> {
    const active = sequencer.status?.activeRun?.uid;
    const others = runs.filter((run) => run.metadata.uid !== active && !awaitsRecord(run));
    const { expired, withoutPod, nextIn } = retentionOf(others, sequencer.spec.history, Date.now());
    for (const run of expired) await this.#client.remove(RUNS, run.metadata.namespace, run.metadata);
    for (const { metadata } of withoutPod) {
      const pod = this.#cache.podOfRun(metadata.namespace, metadata.name);
      if (pod && pod.metadata.deletionTimestamp === undefined && isPodTerminated(pod, Date.now())) {
        await this.#client.remove(PODS, metadata.namespace, pod.metadata);
      }
    }
    return nextIn;
  }
}

/** Runs of earlier holds that still wait and were not requested again, except those that the current hold lists itself. */
function stillWaiting({ runs: held }: { runs: HeldRuns }, runs: SequencerRun[], hold: Hold | undefined): HeldRuns {
  const waiting = new Set(runs.filter(isWaiting).map((run) => requestKey(requestOf(run))));
  const named = new Set(hold?.runs.map(requestKey));
  const kept = held.filter((run) => waiting.has(requestKey(run)) && !named.has(requestKey(run)));
  return [...new Map(kept.map((run) => [requestKey(run), run])).values()].slice(0, 2000);
}

function holdsQueue({ spec, status }: SequencerRun, sequencer: Sequencer, phase: FinalKubernetesPhase): boolean {
  if (phase === 'Failed' && afterFailureOf(spec, sequencer) === 'Continue') return false;
  return !letsQueueContinue(phaseFromKubernetes(phase) as FinalPhase, status?.refused);
}

function readyCondition(problem: StartProblem | null): ConditionChange {
  if (problem) return { type: 'Ready', status: 'False', ...problem };
  return { type: 'Ready', status: 'True', reason: 'Reconciled', message: 'Runs can start.' };
}

function heldCondition(sequencer: Sequencer, hold: Hold | undefined): ConditionChange {
  if (hold) return { type: 'Held', status: 'True', reason: hold.outcome, message: holdReason(sequencer, hold) };
  return { type: 'Held', status: 'False', reason: 'NotHeld', message: 'The queue is not held.' };
}

/** Why the mode was set to Off without a person, or why `spec.mode` is not the effective mode. */
function modeReason(sequencer: Sequencer, requested: RequestedMode): string | undefined {
  if (requested.by === SEQUENCER_USER && requested.reason !== undefined) return holdModeReason(requested.reason);
  if (ineffectiveWriter(sequencer, requested) === undefined) return undefined;
  const { spec } = sequencer;
  return (
    `Set to ${requested.mode} by ${requested.by}. ${spec.mode} in spec.mode has no effect until it changes. ` +
    `To use it now, set the mode on the pages, or with kubectl first to ${requested.mode}, then to ${spec.mode}.`
  );
}

function holdReason({ metadata }: Sequencer, hold: Hold): string {
  return (
    `Queue held: ${holdCause(hold.run, phaseFromKubernetes(hold.outcome) as FinalPhase)}. To resume: ` +
    `kubectl patch sequencer ${metadata.name} --type merge -p '{"spec":{"resumeAfter":"${resumeValue(hold)}"}}'`
  );
}
