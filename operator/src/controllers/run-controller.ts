/**
 * One look at one run: what is there, what should be, and the next step from the one to the other.
 *
 * Contract: level-based (nothing depends on which change led here, or on how often), idempotent, and safe with a copy of
 * the world that is behind: every write is conditional on the version that was read, or on a name that exists once.
 */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import type { Pod } from '@sequencer/kubernetes/objects';
import { PODS, RUNS, SECRETS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import { FINALIZER, LABELS } from '@sequencer/model/kubernetes/names';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalWord, phaseOfWord, type PhaseWord } from '@sequencer/model/kubernetes/words';
import { letsQueueContinue, type FinalPhase } from '@sequencer/model';
import type { EventRecorder } from '../status/event-recorder.ts';
import { soonest } from '../runtime/earliest-requeue.ts';
import { adopt, isToBeGiven, lookAgain } from '../warm-pool/assign.ts';
import { startedAtOf } from '../warm-pool/warm-pod.ts';
import type { WarmPods } from '../warm-pool/warm-pool.ts';
import type { World } from '../cache/cluster-cache.ts';
import { endingOf, isDown, runnerState, untilDown, type Ending } from '../pods/termination.ts';
import { withCause } from '../pods/termination-cause.ts';
import { isOwned, isPodOf, podNameOf } from '../pods/ownership.ts';
import { Refused, Stale, giveRun, startRun, submittedBy, type StartSettings } from './start-run.ts';
import { writeStatus, type ConditionChange } from '../status/status.ts';
import { troubleOf } from '../pods/problems.ts';

const AGAIN_AFTER_REFUSAL_MS = 5_000;
const AGAIN_AFTER_STALE_MS = 100;
const ABOUT_TO_START_MS = 1_000;

export interface RunReconcilerParts {
  client: KubernetesClient;
  world: World;
  events: EventRecorder;
  settings: StartSettings;
  warmPods: WarmPods;
}

/** Why the script is being stopped. */
interface Stop {
  reason: string;
  message: string;
}

export class RunReconciler {
  readonly #client: KubernetesClient;
  readonly #world: World;
  readonly #events: EventRecorder;
  readonly #parts: RunReconcilerParts;

  constructor(parts: RunReconcilerParts) {
    this.#parts = parts;
    this.#client = parts.client;
    this.#world = parts.world;
    this.#events = parts.events;
  }

  async reconcile(namespace: string, name: string): Promise<number | undefined> {
    const run = this.#world.runs.get(namespace, name);
    const cached = this.#world.podOf(namespace, name);
    if (!run) return cached && this.#orphan(cached);
    const pod = cached && isPodOf(cached, run) ? cached : undefined;
    if (isFinalWord(run.status?.phase)) return this.#afterEnd(run, pod);
    if (pod || run.status?.podUID !== undefined) return this.#drive(run, pod);
    const sequencer = this.#world.sequencers.get(namespace, run.spec.sequencer);
    const claimed = sequencer?.status?.activeRun?.uid === run.metadata.uid;
    if (stopOf(run)) return this.#neverStarted(run);
    if (sequencer && claimed) return this.#start(run, sequencer);
    return this.#wait(run, sequencer);
  }

  /* ---- before ------------------------------------------------------------------------------------------------------- */

  async #wait(run: SequencerRun, sequencer: Sequencer | undefined): Promise<number | undefined> {
    // What it was told when it was claimed stays true until it has a pod.
    if (run.status?.podName !== undefined) return undefined;
    // Most likely its turn is now: what would be written here would be in the way of its start.
    const age = Date.now() - Date.parse(run.metadata.creationTimestamp);
    if (sequencer && isFree(sequencer) && run.status === undefined && age < ABOUT_TO_START_MS) return ABOUT_TO_START_MS;
    await writeStatus(this.#client, run, {
      phase: 'Queued',
      place: this.#world.places.of(run),
      submittedBy: submittedBy(run),
      reason: whyItWaits(run, sequencer),
    });
    return undefined;
  }

  async #start(run: SequencerRun, sequencer: Sequencer): Promise<number | undefined> {
    try {
      await this.#sayStarted(await startRun(this.#parts, run, sequencer));
      return undefined;
    } catch (error) {
      if (error instanceof Stale) return AGAIN_AFTER_STALE_MS;
      if (!(error instanceof Refused)) throw error;
      return this.#refused(run, error);
    }
  }

  async #sayStarted(run: SequencerRun): Promise<void> {
    const pod = podNameOf(run);
    const words = pod === run.metadata.name ? `The pod ${pod} was made.` : `The pod ${pod}, which waited, has the run.`;
    await this.#events.say(run, 'Normal', 'Started', words);
  }

  async #refused({ metadata }: SequencerRun, { refusal }: Refused): Promise<number | undefined> {
    const run = await this.#client.find(RUNS, metadata.namespace, metadata.name);
    if (run?.metadata.uid !== metadata.uid || isFinalWord(run.status?.phase)) return AGAIN_AFTER_STALE_MS;
    await this.#events.say(run, 'Warning', refusal.reason, refusal.message);
    if (refusal.kind === 'final') {
      await this.#end(run, undefined, { phase: 'Failed', reason: refusal.message });
      return undefined;
    }
    await writeStatus(this.#client, run, { phase: 'Starting', reason: refusal.message }, [
      { type: 'Scheduled', status: 'False', reason: refusal.reason, message: refusal.message },
    ]);
    return AGAIN_AFTER_REFUSAL_MS;
  }

  /** Somebody wants no start any more, and no pod was seen. */
  async #neverStarted(run: SequencerRun): Promise<number | undefined> {
    const { namespace, name } = run.metadata;
    const pod = await this.#client.find(PODS, namespace, name);
    if (pod && isOwned(pod, run)) return this.#drive(run, pod);
    await this.#end(run, undefined, { phase: 'Cancelled', reason: 'Cancelled before the script began.' });
    return undefined;
  }

  /* ---- while its pod is there --------------------------------------------------------------------------------------- */

  async #drive(run: SequencerRun, cached: Pod | undefined): Promise<number | undefined> {
    const { namespace } = run.metadata;
    const found = cached ?? (await this.#client.find(PODS, namespace, podNameOf(run)));
    const pod = found && isPodOf(found, run) ? await adopt(this.#client, run, found) : null;
    const now = Date.now();
    const stop = stopOf(run) ?? timeOut(run, pod, now);
    const ending = endingOf(run.status ?? {}, pod, stop !== null, now);
    if (ending) {
      await this.#end(run, pod ?? undefined, ending);
      return undefined;
    }
    if (!pod) throw new Stale('a pod that is gone has an ending');
    if (stop && pod.metadata.deletionTimestamp === undefined) {
      await this.#events.say(run, 'Normal', stop.reason, stop.message);
      await this.#client.remove(PODS, namespace, pod.metadata);
    }
    const given = stop ? undefined : await this.#give(run, pod, now);
    await this.#writeProgress(run, pod, stop);
    return soonest(untilTimeOut(run, pod, now), untilDown(pod, now), given);
  }

  /** What is left of giving the run to a pod that waited. */
  async #give(run: SequencerRun, pod: Pod, now: number): Promise<number | undefined> {
    if (!isToBeGiven(pod)) {
      return run.status?.runner === undefined ? lookAgain(this.#client, pod, now) : undefined;
    }
    const sequencer = this.#world.sequencers.get(run.metadata.namespace, run.spec.sequencer);
    // Without it nobody knows how the run was to be made; the pod has begun nothing.
    if (!sequencer) await this.#client.remove(PODS, pod.metadata.namespace, pod.metadata);
    else await giveRun(this.#parts, run, sequencer, pod);
    return undefined;
  }

  async #writeProgress(run: SequencerRun, pod: Pod, stop: Stop | null): Promise<void> {
    const trouble = troubleOf(pod);
    const startedAt = startedAtOf(pod);
    const phase = phaseOf(run, pod, stop !== null);
    const runner = run.status?.runner;
    const conditions: ConditionChange[] = [];
    if (stop) conditions.push({ type: 'Stopping', status: 'True', ...stop });
    if (runner) {
      conditions.push({
        type: 'RunnerConnected',
        status: runner.connected ? 'True' : 'False',
        reason: runner.connected ? 'Connected' : 'Away',
        message: runner.connected ? 'The runner is connected to the API.' : 'The runner is not connected to the API.',
      });
    }
    const reason = trouble?.message ?? stop?.message ?? WORDS[phase] ?? '';
    const podUID = pod.metadata.uid;
    const changes = {
      phase,
      reason,
      podName: pod.metadata.name,
      podUID,
      ...(startedAt && { startedAt }),
    };
    const written = await writeStatus(this.#client, run, changes, conditions);
    // The pod was made, and then somebody else wrote first.
    if (run.status?.podUID === undefined) await this.#sayStarted(written);
    if (trouble) await this.#events.say(run, 'Warning', trouble.reason, trouble.message);
    else if (phase === 'Running' && run.status?.phase === 'Starting') {
      await this.#events.say(run, 'Normal', 'Running', `The runner runs on the node ${pod.spec.nodeName ?? ''}.`);
    }
  }

  /* ---- after -------------------------------------------------------------------------------------------------------- */

  async #end(run: SequencerRun, pod: Pod | undefined, ending: Ending): Promise<void> {
    const { namespace } = run.metadata;
    // Before the end is written, so that it need not be looked for later. Without it a late pod could not start, either.
    const secret = await this.#client.find(SECRETS, namespace, podNameOf(run));
    if (secret && isOwned(secret, run)) await this.#client.remove(SECRETS, namespace, secret.metadata);
    const { phase, exitCode } = ending;
    const why = run.status?.conditions?.find(({ type }) => type === 'Stopping');
    const told = why && phase !== 'Cancelled' ? `${ending.reason} ${why.message}` : ending.reason;
    const reason = withCause(phase, told, pod);
    const startedAt = run.status?.startedAt ?? (pod && startedAtOf(pod));
    const ended = await writeStatus(
      this.#client,
      run,
      {
        phase,
        reason,
        finishedAt: (pod && runnerState(pod).terminated?.finishedAt) ?? wholeSeconds(new Date()),
        ...(startedAt && { startedAt }),
        ...(exitCode !== undefined && { exitCode }),
        ...(pod && { podName: pod.metadata.name, podUID: pod.metadata.uid }),
        ...(run.status?.place === undefined && { place: this.#world.places.of(run) }),
      },
      [{ type: 'Finished', status: 'True', reason: phase, message: reason }],
    );
    const good = letsQueueContinue(phaseOfWord(phase) as FinalPhase);
    await this.#events.say(ended, good ? 'Normal' : 'Warning', phase, reason);
    await this.#afterEnd(ended, pod);
  }

  /** The outcome is recorded: nothing has to be kept for it any more. */
  async #afterEnd(run: SequencerRun, pod: Pod | undefined): Promise<number | undefined> {
    const { namespace } = run.metadata;
    const now = Date.now();
    if (pod && !isDown(pod, now)) {
      // It ends by itself once the API has its record, unless it should not be there at all.
      const begun = run.status?.runner?.outcome !== undefined;
      const unwanted = run.metadata.deletionTimestamp !== undefined || !begun;
      if (unwanted && pod.metadata.deletionTimestamp === undefined)
        await this.#client.remove(PODS, namespace, pod.metadata);
      return untilDown(pod, now);
    }
    if (pod && (await this.#explain(run, pod))) return undefined;
    if (pod) await this.#release(PODS, pod);
    if (run.metadata.deletionTimestamp !== undefined && run.metadata.finalizers?.includes(FINALIZER)) {
      // A pod of which the copy does not know yet must not be left alone.
      const late = pod ? null : await this.#client.find(PODS, namespace, podNameOf(run));
      if (late && isPodOf(late, run) && !isDown(late, now)) return AGAIN_AFTER_STALE_MS;
      if (late && isPodOf(late, run)) await this.#release(PODS, late);
      // The sequencer has to see how it ended before it is gone.
      const sequencer = await this.#client.find(SEQUENCERS, namespace, run.spec.sequencer);
      if (sequencer?.status?.activeRun?.uid === run.metadata.uid) return AGAIN_AFTER_STALE_MS;
      await this.#release(RUNS, run);
    }
    return undefined;
  }

  /** The runner may have told the end before the node has told why it came. Whether that was news. */
  async #explain(run: SequencerRun, pod: Pod): Promise<boolean> {
    const { phase, reason } = run.status ?? {};
    if (!isFinalWord(phase) || reason === undefined) return false;
    const whole = withCause(phase, reason, pod);
    if (whole === reason) return false;
    await writeStatus(this.#client, run, { phase, reason: whole }, [
      { type: 'Finished', status: 'True', reason: phase, message: whole },
    ]);
    return true;
  }

  /** A pod whose run was removed by force. */
  async #orphan(pod: Pod): Promise<number | undefined> {
    const { namespace, labels } = pod.metadata;
    const run = await this.#client.find(RUNS, namespace, labels?.[LABELS.run] ?? '');
    if (run && isOwned(pod, run)) return AGAIN_AFTER_STALE_MS;
    if (pod.metadata.deletionTimestamp === undefined) await this.#client.remove(PODS, namespace, pod.metadata);
    const now = Date.now();
    if (isDown(pod, now)) await this.#release(PODS, pod);
    return untilDown(pod, now);
  }

  async #release(kind: typeof PODS | typeof RUNS, object: Pod | SequencerRun): Promise<void> {
    const { namespace, name, finalizers = [], resourceVersion } = object.metadata;
    if (!finalizers.includes(FINALIZER)) return;
    const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
    const { apiVersion, plural } = kind;
    await this.#client.merge({ apiVersion, plural, kind: kind.kind }, namespace, name, {
      metadata: { resourceVersion, finalizers: rest },
    });
  }
}

const WORDS: Partial<Record<PhaseWord, string>> = {
  Starting: 'The pod is being started.',
  Running: 'The script runs.',
  Paused: 'The script is paused.',
  Stopping: 'The script is being stopped.',
};

function phaseOf(run: SequencerRun, pod: Pod, stopping: boolean): PhaseWord {
  const { running, terminated } = runnerState(pod);
  const begun = (running ?? terminated) && !isToBeGiven(pod);
  if (stopping || pod.metadata.deletionTimestamp !== undefined) return 'Stopping';
  if (!begun) return 'Starting';
  return run.status?.runner?.paused ? 'Paused' : 'Running';
}

function isFree({ spec, status }: Sequencer): boolean {
  return status !== undefined && status.activeRun === undefined && status.hold === undefined && spec.mode !== 'Off';
}

function whyItWaits(run: SequencerRun, sequencer: Sequencer | undefined): string {
  const name = run.spec.sequencer;
  if (!sequencer) return `There is no Sequencer named ${name} in this namespace. Create it, or delete this run.`;
  if (sequencer.status?.reason !== undefined) return sequencer.status.reason;
  if (sequencer.spec.mode === 'Off' && run.spec.desiredState === 'Queued') {
    return `The mode of ${name} is Off: nothing starts by itself. Set it to Queue, or desiredState of this run to Running.`;
  }
  return `Waits for its turn on ${name}.`;
}

function stopOf(run: SequencerRun): Stop | null {
  if (run.spec.desiredState === 'Cancelled') return { reason: 'Cancelled', message: 'The run was cancelled.' };
  if (run.metadata.deletionTimestamp !== undefined) return { reason: 'Deleted', message: 'The run was deleted.' };
  return null;
}

function untilTimeOut(run: SequencerRun, pod: Pod | null, now: number): number | undefined {
  const { timeoutSeconds } = run.spec;
  const startedAt = pod && startedAtOf(pod);
  if (timeoutSeconds === 0 || !startedAt) return undefined;
  return Math.max(0, Date.parse(startedAt) + timeoutSeconds * 1000 - now);
}

function timeOut(run: SequencerRun, pod: Pod | null, now: number): Stop | null {
  if (untilTimeOut(run, pod, now) !== 0) return null;
  const { timeoutSeconds } = run.spec;
  return { reason: 'TimedOut', message: `The run took longer than its timeoutSeconds (${String(timeoutSeconds)}).` };
}
