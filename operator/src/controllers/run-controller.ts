/**
 * Reconciles one run: compares the run, its pod and its sequencer, and takes the next step.
 *
 * Contract: level-based (nothing depends on which change led here, or on how often), idempotent, and safe with an outdated
 * cache: every write is conditional on the version that was read, or on a name that can exist only once.
 */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import type { Pod } from '@sequencer/kubernetes/objects';
import { DONE, earliestRequeue, requeueAfter, type ReconcileResult } from '@sequencer/kubernetes/reconcile-result';
import { PODS, RUNS, SECRETS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import { letsQueueContinue, type FinalPhase } from '@sequencer/model';
import { FINALIZER, LABELS } from '@sequencer/model/kubernetes/names';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalKubernetesPhase, phaseFromKubernetes } from '@sequencer/model/kubernetes/enums';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import { isOwnedBy, isPodOf, podNameOf } from '../pods/ownership.ts';
import type { NetworkPolicies } from '../isolation/network-policies.ts';
import { podProblem } from '../pods/problems.ts';
import type { RunnerSettings } from '../pods/secret.ts';
import { withCause } from '../pods/termination-cause.ts';
import {
  awaitsOutcome,
  endedScript,
  isPodTerminated,
  msUntilPodTerminated,
  runnerState,
  terminationOf,
  type Termination,
} from '../pods/termination.ts';
import type { EventRecorder } from '../status/event-recorder.ts';
import { durationBetween } from '../status/duration.ts';
import { writeStatus, type ConditionChange } from '../status/status.ts';
import { adopt, awaitsAssignment, nudgeKubelet } from '../warm-pool/assign.ts';
import { startedAtOf } from '../warm-pool/warm-pod.ts';
import type { WarmPool } from '../warm-pool/warm-pool.ts';
import { EndsSeen } from './ends-seen.ts';
import { ensureLabel } from './run-label.ts';
import {
  SHOWN_AFTER_MS,
  awaitsConfirmation,
  awaitsRecord,
  queueWaitsUntil,
  recordCondition,
  recordingStatus,
} from './record-wait.ts';
import { StaleCacheError, StartError, TurnLostError, continueAssignment, startRun, submittedBy } from './start-run.ts';
import { expireRun, releaseClaim } from './queue-exit.ts';
import { PHASE_REASONS, hasExpired, isFree, phaseOf, skipReason, waitReason } from './run-phase.ts';
import { msUntilTimeout, stopCause, timeoutCause, type StopCause } from './stop-cause.ts';
import { resourceWait } from './used-resources.ts';
import { msUntilWindowChanges } from './window-wait.ts';

const RETRY_AFTER_START_ERROR_MS = 5_000;
const RETRY_AFTER_STALE_CACHE_MS = 100;
const ABOUT_TO_START_MS = 1_000;

export interface RunReconcilerOptions {
  client: KubernetesClient;
  cache: ClusterCache;
  events: EventRecorder;
  settings: RunnerSettings;
  policies: NetworkPolicies;
  warmPool: WarmPool;
}

export class RunReconciler {
  readonly #client: KubernetesClient;
  readonly #cache: ClusterCache;
  readonly #events: EventRecorder;
  readonly #options: RunReconcilerOptions;
  readonly #ends = new EndsSeen();

  constructor(options: RunReconcilerOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#cache = options.cache;
    this.#events = options.events;
  }

  async reconcile(namespace: string, name: string): Promise<ReconcileResult> {
    const known = this.#cache.runs.get(namespace, name);
    const cached = this.#cache.podOfRun(namespace, name);
    if (!known) return cached ? this.#removeOrphan(cached) : DONE;
    const run = await ensureLabel(this.#client, known);
    const pod = cached && isPodOf(cached, run) ? cached : undefined;
    if (isFinalKubernetesPhase(run.status?.phase)) return this.#cleanUp(run, pod);
    if (pod || run.status?.podUID !== undefined) return this.#followPod(run, pod);
    const sequencer = this.#cache.sequencers.get(namespace, run.spec.sequencer);
    const claimed = sequencer?.status?.activeRun?.uid === run.metadata.uid;
    if (stopCause(run)) return this.#cancelUnstarted(run);
    if (sequencer && claimed) return this.#start(run, sequencer);
    return this.#updateQueued(run, sequencer);
  }

  /* ---- before the start --------------------------------------------------------------------------------------------- */

  async #updateQueued(run: SequencerRun, sequencer: Sequencer | undefined): Promise<ReconcileResult> {
    // A claimed run keeps the reason that was written with the claim until it has a pod.
    if (run.status?.podName !== undefined) return DONE;
    // This run is probably claimed next. A write now would conflict with its start.
    const now = new Date();
    const age = now.getTime() - Date.parse(run.metadata.creationTimestamp);
    const resources = resourceWait(run, this.#cache.sequencers.all());
    const skipped = skipReason(run, now) ?? resources;
    if (skipped === null && sequencer && isFree(sequencer) && run.status === undefined && age < ABOUT_TO_START_MS) {
      return requeueAfter(ABOUT_TO_START_MS);
    }
    await writeStatus(this.#client, run, {
      phase: 'Queued',
      place: this.#cache.positions.of(run),
      submittedBy: submittedBy(run),
      reason: waitReason(run, sequencer, resources, now),
      request: this.#cache.requests.of(run),
    });
    return requeueAfter(msUntilWindowChanges(run.spec, now));
  }

  async #start(run: SequencerRun, sequencer: Sequencer): Promise<ReconcileResult> {
    try {
      await this.#recordStarted(await startRun(this.#options, run, sequencer));
      return DONE;
    } catch (error) {
      if (error instanceof StaleCacheError) return requeueAfter(RETRY_AFTER_STALE_CACHE_MS);
      if (error instanceof TurnLostError) return this.#leaveStart(error);
      if (!(error instanceof StartError)) throw error;
      return this.#reportStartError(run, error);
    }
  }

  async #leaveStart({ run, message }: TurnLostError): Promise<ReconcileResult> {
    if (hasExpired(run, new Date())) await expireRun(this.#options, run, this.#cache.positions.of(run));
    else await releaseClaim(this.#options, run, message);
    return DONE;
  }

  async #recordStarted(run: SequencerRun): Promise<void> {
    const pod = podNameOf(run);
    const message = pod === run.metadata.name ? `Created pod ${pod}.` : `Assigned to warm pod ${pod}.`;
    await this.#events.record(run, 'Normal', 'Started', message);
  }

  async #reportStartError({ metadata }: SequencerRun, { problem }: StartError): Promise<ReconcileResult> {
    const { kind, reason, message } = problem;
    const run = await this.#client.find(RUNS, metadata.namespace, metadata.name);
    // A run that was changed since then has to be checked again before it is Starting.
    const isSame = run?.metadata.uid === metadata.uid && run.metadata.generation === metadata.generation;
    if (!isSame || isFinalKubernetesPhase(run.status?.phase)) return requeueAfter(RETRY_AFTER_STALE_CACHE_MS);
    await this.#events.record(run, 'Warning', reason, message);
    if (kind === 'permanent') {
      await this.#recordTermination(run, undefined, { phase: 'Failed', reason: message });
      return DONE;
    }
    await writeStatus(this.#client, run, { phase: 'Starting', reason: message, submittedBy: submittedBy(run) }, [
      { type: 'Scheduled', status: 'False', reason, message },
    ]);
    return requeueAfter(RETRY_AFTER_START_ERROR_MS);
  }

  /** The run was cancelled or deleted, and its status has no pod. */
  async #cancelUnstarted(run: SequencerRun): Promise<ReconcileResult> {
    const { namespace, name } = run.metadata;
    const pod = await this.#client.find(PODS, namespace, name);
    if (pod && isOwnedBy(pod, run)) return this.#followPod(run, pod);
    await this.#recordTermination(run, undefined, {
      phase: 'Cancelled',
      reason: 'Cancelled before the script started.',
    });
    return DONE;
  }

  /* ---- with a pod --------------------------------------------------------------------------------------------------- */

  async #followPod(run: SequencerRun, cached: Pod | undefined): Promise<ReconcileResult> {
    const { namespace } = run.metadata;
    const found = cached ?? (await this.#client.find(PODS, namespace, podNameOf(run)));
    const pod = found && isPodOf(found, run) ? await adopt(this.#client, run, found) : null;
    const now = Date.now();
    const ended = pod && endedScript(pod);
    const stop = stopCause(run) ?? (ended ? null : timeoutCause(run, pod, now));
    const termination = terminationOf(run.status ?? {}, pod, stop !== null, now);
    const outcomeMs = pod && awaitsOutcome(run.status ?? {}, pod, now) ? this.#ends.msLeft(pod.metadata.uid) : 0;
    if (termination && outcomeMs > 0) return requeueAfter(outcomeMs);
    if (termination) {
      await this.#recordTermination(run, pod ?? undefined, termination);
      return DONE;
    }
    if (!pod) throw new StaleCacheError('a run without its pod has a termination');
    if (ended && !stop && pod.metadata.deletionTimestamp === undefined) return this.#waitForRecord(run, pod, ended);
    if (stop && pod.metadata.deletionTimestamp === undefined) {
      await this.#events.record(run, 'Normal', stop.reason, stop.message);
      await this.#client.remove(PODS, namespace, pod.metadata);
    }
    const nudgeMs = stop ? undefined : await this.#completeAssignment(run, pod, now);
    await this.#writePodStatus(run, pod, stop);
    return earliestRequeue(msUntilTimeout(run, pod, now), msUntilPodTerminated(pod, now), nudgeMs);
  }

  /** The script has ended, and the API has not confirmed it. */
  async #waitForRecord(run: SequencerRun, pod: Pod, ended: Termination): Promise<ReconcileResult> {
    const wasShown = awaitsRecord(run);
    const outcomeMs = wasShown ? 0 : this.#ends.msLeft(pod.metadata.uid, SHOWN_AFTER_MS);
    if (outcomeMs > 0) return requeueAfter(outcomeMs);
    const sequencer = this.#cache.sequencers.get(run.metadata.namespace, run.spec.sequencer);
    const until = queueWaitsUntil(run, sequencer?.spec.recordGraceSeconds ?? 0, Date.now());
    if (wasShown && until <= Date.now()) {
      await this.#recordTermination(run, pod, ended);
      return DONE;
    }
    const { reason, conditions } = recordingStatus(until);
    const { name: podName, uid: podUID } = pod.metadata;
    const startedAt = startedAtOf(pod);
    const changes = { phase: 'Recording', reason, podName, podUID, ...(startedAt && { startedAt }) } as const;
    const written = await writeStatus(this.#client, run, changes, conditions);
    if (!wasShown) await this.#events.record(written, 'Warning', 'Recording', reason);
    return requeueAfter(Math.max(0, until - Date.now()));
  }

  /** Completes the assignment of a warm pod. Returns in how many ms the kubelet has to be nudged again. */
  async #completeAssignment(run: SequencerRun, pod: Pod, now: number): Promise<number | undefined> {
    if (!awaitsAssignment(pod)) {
      return run.status?.runner === undefined ? nudgeKubelet(this.#client, pod, now) : undefined;
    }
    const sequencer = this.#cache.sequencers.get(run.metadata.namespace, run.spec.sequencer);
    // Without its Sequencer, the run has no settings. The pod has not started anything.
    if (!sequencer) await this.#client.remove(PODS, pod.metadata.namespace, pod.metadata);
    else await continueAssignment(this.#options, run, sequencer, pod);
    return undefined;
  }

  async #writePodStatus(run: SequencerRun, pod: Pod, stop: StopCause | null): Promise<void> {
    const problem = podProblem(pod);
    const startedAt = startedAtOf(pod);
    const phase = phaseOf(run, pod, stop !== null);
    const runner = run.status?.runner;
    const conditions: ConditionChange[] = [];
    if (stop) conditions.push({ type: 'Stopping', status: 'True', ...stop });
    if (runner) {
      conditions.push({
        type: 'RunnerConnected',
        status: runner.connected ? 'True' : 'False',
        reason: runner.connected ? 'Connected' : 'Disconnected',
        message: runner.connected ? 'The runner is connected to the API.' : 'The runner is not connected to the API.',
      });
    }
    const reason = problem?.message ?? stop?.message ?? PHASE_REASONS[phase];
    const podUID = pod.metadata.uid;
    const changes = {
      phase,
      reason,
      podName: pod.metadata.name,
      podUID,
      ...(startedAt && { startedAt }),
    };
    const written = await writeStatus(this.#client, run, changes, conditions);
    // A write after the pod was created had failed, so that its event is still missing.
    if (run.status?.podUID === undefined) await this.#recordStarted(written);
    if (problem) await this.#events.record(run, 'Warning', problem.reason, problem.message);
    else if (phase === 'Running' && run.status?.phase === 'Starting') {
      const message = `The runner is running on node ${pod.spec.nodeName ?? ''}.`;
      await this.#events.record(run, 'Normal', 'Running', message);
    }
  }

  /* ---- after the termination ---------------------------------------------------------------------------------------- */

  async #recordTermination(run: SequencerRun, pod: Pod | undefined, termination: Termination): Promise<void> {
    this.#ends.forget(run.status?.podUID ?? '');
    const now = Date.now();
    const record = awaitsConfirmation(run, pod, now) ? null : recordCondition(run, pod, now);
    // Deleted first, so that no later step has to find it. Without it, a pod that is still starting cannot run the script. A
    // runner whose record waits for the API still needs its token.
    if (record?.status !== 'True') await this.#removeSecret(run);
    const { phase, exitCode, refused } = termination;
    const stopping = run.status?.conditions?.find(({ type }) => type === 'Stopping');
    const withStop =
      stopping && phase !== 'Cancelled' ? `${termination.reason} ${stopping.message}` : termination.reason;
    const reason = withCause(phase, withStop, pod);
    const startedAt = run.status?.startedAt ?? (pod && startedAtOf(pod));
    // The runner may have waited for the API after the end of the script.
    const endedAt = pod && (endedScript(pod)?.finishedAt ?? runnerState(pod).terminated?.finishedAt);
    const finishedAt = endedAt ?? wholeSeconds(new Date());
    const duration = durationBetween(startedAt, finishedAt);
    const conditions: ConditionChange[] = [{ type: 'Finished', status: 'True', reason: phase, message: reason }];
    if (run.status?.conditions?.some(({ type }) => type === 'RunnerConnected')) {
      conditions.push({ type: 'RunnerConnected', status: 'False', reason: 'Ended', message: 'The run has ended.' });
    }
    if (record) conditions.push(record);
    const ended = await writeStatus(
      this.#client,
      run,
      {
        phase,
        reason,
        finishedAt,
        ...(startedAt && { startedAt }),
        ...(duration !== '' && { duration }),
        ...(exitCode !== undefined && { exitCode }),
        ...(refused && { refused }),
        ...(pod && { podName: pod.metadata.name, podUID: pod.metadata.uid }),
        ...(run.status?.place === undefined && { place: this.#cache.positions.of(run) }),
      },
      conditions,
    );
    const type = letsQueueContinue(phaseFromKubernetes(phase) as FinalPhase) ? 'Normal' : 'Warning';
    await this.#events.record(ended, type, phase, reason);
    await this.#cleanUp(ended, pod);
  }

  /** The termination is recorded: finalizers are removed, and pods that are not needed any more are deleted. */
  async #cleanUp(cached: SequencerRun, pod: Pod | undefined): Promise<ReconcileResult> {
    const { namespace } = cached.metadata;
    const now = Date.now();
    const podUid = cached.status?.podUID ?? '';
    const confirmMs = awaitsConfirmation(cached, pod, now) ? this.#ends.msLeft(podUid) : 0;
    if (confirmMs === 0) this.#ends.forget(podUid);
    const later = requeueAfter(confirmMs || undefined);
    const record = confirmMs > 0 ? null : recordCondition(cached, pod, now);
    // A change of an ended run has no effect. It is observed all the same: kubectl believes only current conditions.
    if (record?.status === 'False') await this.#removeSecret(cached);
    const isCurrent = cached.status?.observedGeneration === cached.metadata.generation && record === null;
    const run = isCurrent ? cached : await writeStatus(this.#client, cached, {}, record ? [record] : []);
    if (pod && !isPodTerminated(pod, now)) {
      // A runner whose script has ended exits when the API has stored the record. Other pods have to be deleted.
      const reported = run.status?.runner?.outcome !== undefined || endedScript(pod) !== null;
      const unwanted = run.metadata.deletionTimestamp !== undefined || !reported;
      if (unwanted && pod.metadata.deletionTimestamp === undefined) {
        await this.#client.remove(PODS, namespace, pod.metadata);
      }
      return requeueAfter(msUntilPodTerminated(pod, now));
    }
    if (pod && (await this.#addCause(run, pod))) return later;
    if (pod) await this.#removeFinalizer(PODS, pod);
    if (!run.metadata.finalizers?.includes(FINALIZER)) return later;
    const unrecordedMs = this.#msForRecord(run, now);
    if (unrecordedMs > 0) {
      if (run.metadata.deletionTimestamp !== undefined) await this.#events.record(run, 'Normal', ...KEPT_FOR_RECORD);
      return earliestRequeue(unrecordedMs, later.requeueAfterMs);
    }
    // The cache may not have the pod yet, and a pod without its run would be left behind.
    const late = pod ? null : await this.#client.find(PODS, namespace, podNameOf(run));
    if (late && isPodOf(late, run) && !isPodTerminated(late, now)) return requeueAfter(RETRY_AFTER_STALE_CACHE_MS);
    if (late && isPodOf(late, run)) await this.#removeFinalizer(PODS, late);
    // The Sequencer has to record the outcome before the run's object can be deleted.
    const sequencer = await this.#client.find(SEQUENCERS, namespace, run.spec.sequencer);
    if (sequencer?.status?.activeRun?.uid === run.metadata.uid) return requeueAfter(RETRY_AFTER_STALE_CACHE_MS);
    await this.#removeFinalizer(RUNS, run);
    return later;
  }

  async #removeSecret(run: SequencerRun): Promise<void> {
    const { namespace } = run.metadata;
    const secret = await this.#client.find(SECRETS, namespace, podNameOf(run));
    if (secret && isOwnedBy(secret, run)) await this.#client.remove(SECRETS, namespace, secret.metadata);
  }

  /** In ms: how much longer the object of a run that was executed waits until the API has recorded the run. */
  #msForRecord({ metadata, spec, status = {} }: SequencerRun, now: number): number {
    if (status.number !== undefined || status.startedAt === undefined || status.finishedAt === undefined) return 0;
    const sequencer = this.#cache.sequencers.get(metadata.namespace, spec.sequencer);
    const graceMs = (sequencer?.spec.recordGraceSeconds ?? 0) * 1000;
    return Math.max(0, Date.parse(status.finishedAt) + graceMs - now);
  }

  /** Adds a cause that the node reported after the runner had reported its outcome. Returns whether there was one. */
  async #addCause(run: SequencerRun, pod: Pod): Promise<boolean> {
    const { phase, reason } = run.status ?? {};
    if (!isFinalKubernetesPhase(phase) || reason === undefined) return false;
    const complete = withCause(phase, reason, pod);
    if (complete === reason) return false;
    await writeStatus(this.#client, run, { phase, reason: complete }, [
      { type: 'Finished', status: 'True', reason: phase, message: complete },
    ]);
    return true;
  }

  /** Deletes a pod whose run was deleted by force. */
  async #removeOrphan(pod: Pod): Promise<ReconcileResult> {
    const { namespace, labels } = pod.metadata;
    const run = await this.#client.find(RUNS, namespace, labels?.[LABELS.run] ?? '');
    if (run && isOwnedBy(pod, run)) return requeueAfter(RETRY_AFTER_STALE_CACHE_MS);
    if (pod.metadata.deletionTimestamp === undefined) await this.#client.remove(PODS, namespace, pod.metadata);
    const now = Date.now();
    if (isPodTerminated(pod, now)) await this.#removeFinalizer(PODS, pod);
    return requeueAfter(msUntilPodTerminated(pod, now));
  }

  async #removeFinalizer(kind: typeof PODS | typeof RUNS, object: Pod | SequencerRun): Promise<void> {
    const { namespace, name, finalizers = [], resourceVersion } = object.metadata;
    if (!finalizers.includes(FINALIZER)) return;
    const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
    const { apiVersion, plural } = kind;
    await this.#client.merge({ apiVersion, plural, kind: kind.kind }, namespace, name, {
      metadata: { resourceVersion, finalizers: rest },
    });
  }
}

const KEPT_FOR_RECORD = ['KeptForRecord', 'The object is kept until the API has recorded the run.'] as const;
