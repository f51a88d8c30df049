/**
 * One look at one sequencer: frees it when its run has ended, gives it to the next run, and says what is so.
 *
 * Contract: a run holds the sequencer from the moment that `status.activeRun` names it until its end is recorded. Every
 * write of the status is conditional on the version that was read (compare-and-swap), so of two that claim, with
 * whatever knowledge, one succeeds. The end of a run, and the hold of the queue that follows a bad one, are one write.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { PODS, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import { letsQueueContinue, nextRun, type FinalPhase, type Mode } from '@sequencer/model';
import { inForce, newResumeWord, resumeWord, type Hold } from '@sequencer/model/kubernetes/hold';
import { LABELS } from '@sequencer/model/kubernetes/names';
import { heldRuns, isWaiting, waitingRuns } from '@sequencer/model/kubernetes/queue';
import type { Sequencer, SequencerStatus } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalWord, phaseOfWord, type FinalPhaseWord } from '@sequencer/model/kubernetes/words';
import type { EventRecorder } from '../status/event-recorder.ts';
import { isDown } from '../pods/termination.ts';
import { MANAGER, withConditions } from '../status/status.ts';
import { soonest } from '../runtime/earliest-requeue.ts';
import type { WarmPods } from '../warm-pool/warm-pool.ts';
import type { World } from '../cache/cluster-cache.ts';
import { retentionOf } from './retention.ts';

type Active = NonNullable<SequencerStatus['activeRun']>;
type Waits = NonNullable<SequencerStatus['waits']>;

const AGAIN_MS = 500;

const WORDS: Partial<Record<FinalPhaseWord, string>> = {
  Failed: 'failed',
  Interrupted: 'was interrupted',
  Terminated: 'was terminated',
  Killed: 'was killed',
  Lost: 'was lost',
};

export class SequencerReconciler {
  readonly #client: KubernetesClient;
  readonly #world: World;
  readonly #events: EventRecorder;
  readonly #warmPods: WarmPods;

  constructor(client: KubernetesClient, world: World, events: EventRecorder, warmPods: WarmPods) {
    this.#client = client;
    this.#world = world;
    this.#events = events;
    this.#warmPods = warmPods;
  }

  async reconcile(namespace: string, name: string): Promise<number | undefined> {
    const sequencer = this.#world.sequencers.get(namespace, name);
    if (!sequencer) return undefined;
    const runs = this.#world.runsOf(namespace, name).map((run) => this.#placed(run));
    const { activeRun, hold } = sequencer.status ?? {};
    const end = activeRun && (await this.#endOf(namespace, activeRun, runs));
    if (end === 'unknown') return AGAIN_MS;
    const held =
      end && !letsQueueContinue(phaseOfWord(end) as FinalPhase)
        ? await this.#holdAfter(sequencer, activeRun, end)
        : hold;
    const force = inForce(held, sequencer.spec);
    const active = end === null ? activeRun : undefined;
    const waits = stillWaiting(heldRuns(sequencer.status), runs, force);
    const next = this.#next(sequencer, active, runs, force, waits);
    await this.#write(sequencer, runs, next ?? active, force, waits);
    if (next) {
      const run = runs.find(({ metadata }) => metadata.uid === next.uid);
      if (run) await this.#events.say(run, 'Normal', 'Claimed', `It is its turn on ${name}.`);
    }
    if (force && force !== hold) {
      await this.#events.say(sequencer, 'Warning', 'Held', reasonOf(sequencer, force));
    }
    const holder = next ?? active;
    const again = await this.#warmPods.keep(
      sequencer,
      runs.find(({ metadata }) => metadata.uid === holder?.uid),
    );
    return soonest(again, await this.#retain(sequencer, runs));
  }

  #placed(run: SequencerRun): SequencerRun {
    if (run.status?.place !== undefined) return run;
    return { ...run, status: { ...run.status, place: this.#world.places.of(run) } };
  }

  /** How the run that holds the sequencer has ended; null when it has not; `unknown` when that cannot be said now. */
  async #endOf(namespace: string, active: Active, runs: SequencerRun[]): Promise<FinalPhaseWord | null | 'unknown'> {
    const known = runs.find(({ metadata }) => metadata.uid === active.uid);
    if (known) return isFinalWord(known.status?.phase) ? known.status.phase : null;
    const run = await this.#client.find(RUNS, namespace, active.name);
    if (run?.metadata.uid === active.uid) return 'unknown';
    // Its object is gone, its finalizer removed by force. Its pod may still run.
    const pods = await this.#client.list(PODS, namespace, { labelSelector: `${LABELS.run}=${active.name}` });
    const own = pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === active.uid));
    return own.some((pod) => !isDown(pod, Date.now())) ? 'unknown' : 'Lost';
  }

  async #holdAfter({ metadata, spec }: Sequencer, active: Active, outcome: FinalPhaseWord): Promise<Hold> {
    // The API server's own list: what was asked for before is held, what is asked for later is not.
    const runs = await this.#client.list(RUNS, metadata.namespace, {
      fieldSelector: `spec.sequencer=${metadata.name}`,
    });
    const asked = runs.filter(
      (run) => isWaiting(run) && run.spec.desiredState !== 'Queued' && run.metadata.uid !== active.uid,
    );
    return {
      run: active.name,
      uid: active.uid,
      resume: newResumeWord(active, spec.resumeAfter),
      outcome,
      since: wholeSeconds(new Date()),
      runs: asked.slice(0, 2000).map(({ metadata: { uid, generation = 0 } }) => ({ uid, generation })),
    };
  }

  #next(
    sequencer: Sequencer,
    active: Active | undefined,
    runs: SequencerRun[],
    hold: Hold | undefined,
    waits: Waits,
  ): Active | undefined {
    if (sequencer.metadata.deletionTimestamp !== undefined) return undefined;
    const next = nextRun(
      modeOf(sequencer, hold),
      active !== undefined,
      waitingRuns(runs, heldRuns({ ...(hold && { hold }), waits })),
    );
    const run = next && runs.find(({ metadata }) => metadata.uid === next.id);
    return run ? { name: run.metadata.name, uid: run.metadata.uid } : undefined;
  }

  async #write(
    sequencer: Sequencer,
    runs: SequencerRun[],
    active: Active | undefined,
    hold: Hold | undefined,
    waits: Waits,
  ): Promise<void> {
    const { name, namespace, resourceVersion, generation } = sequencer.metadata;
    const waiting = runs.filter((run) => isWaiting(run) && run.metadata.uid !== active?.uid);
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Served',
      message: 'The operator serves this sequencer.',
    } as const;
    const after: SequencerStatus = {
      ...(active && { activeRun: active }),
      ...(hold && { hold, reason: reasonOf(sequencer, hold) }),
      ...(waits.length > 0 && { waits }),
      mode: hold ? 'Off' : sequencer.spec.mode,
      queueLength: waiting.length,
      ...(generation !== undefined && { observedGeneration: generation }),
      conditions: withConditions(sequencer.status?.conditions, [ready], new Date()),
    };
    if (isDeepStrictEqual(sequencer.status, after)) return;
    await this.#client.apply(
      SEQUENCERS,
      namespace,
      name,
      { status: after },
      {
        manager: MANAGER,
        subresource: 'status',
        resourceVersion,
      },
    );
  }

  async #retain(sequencer: Sequencer, runs: SequencerRun[]): Promise<number | undefined> {
    const others = runs.filter(({ metadata }) => metadata.uid !== sequencer.status?.activeRun?.uid);
    const { expired, nextIn } = retentionOf(others, sequencer.spec.history, Date.now());
    for (const run of expired) await this.#client.remove(RUNS, run.metadata.namespace, run.metadata);
    return nextIn;
  }
}

/** What was held before and has not been asked for again, but for what the hold that is in force names itself. */
function stillWaiting({ runs: held }: { runs: Waits }, runs: SequencerRun[], hold: Hold | undefined): Waits {
  const keyOf = ({ uid, generation }: Waits[number]) => `${uid}/${String(generation)}`;
  const waiting = new Set(
    runs.filter(isWaiting).map(({ metadata: { uid, generation = 0 } }) => keyOf({ uid, generation })),
  );
  const named = new Set(hold?.runs.map(keyOf));
  const kept = held.filter((run) => waiting.has(keyOf(run)) && !named.has(keyOf(run)));
  return [...new Map(kept.map((run) => [keyOf(run), run])).values()].slice(0, 2000);
}

function modeOf(sequencer: Sequencer, hold: Hold | undefined): Mode {
  return hold ? 'OFF' : (sequencer.spec.mode.toUpperCase() as Mode);
}

function reasonOf({ metadata }: Sequencer, hold: Hold): string {
  return (
    `The run ${hold.run} ${WORDS[hold.outcome] ?? 'ended'}, and nothing starts by itself since then. To go on: ` +
    `kubectl patch sequencer ${metadata.name} --type merge -p '{"spec":{"resumeAfter":"${resumeWord(hold)}"}}'`
  );
}
