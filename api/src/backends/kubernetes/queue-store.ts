/** The queue and mode of each sequencer, as objects of the cluster. The operator starts the runs. */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { New } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { SequencerError, heldRunReason, type Breakpoint, type Mode } from '@sequencer/model';
import { resumeValue } from '@sequencer/model/kubernetes/hold';
import type { KubernetesMode } from '@sequencer/model/kubernetes/enums';
import { modeAnnotation } from '@sequencer/model/kubernetes/mode';
import { ANNOTATIONS, LABELS } from '@sequencer/model/kubernetes/names';
import { byPlace, isWaiting, placeOf } from '@sequencer/model/kubernetes/queue';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { eq } from 'drizzle-orm';
import type { QueueStore, Submission } from '../queue-store.ts';
import type { Db } from '../../store/database.ts';
import { cancelQueued, setHoldOnFailure, type RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import { withApiErrors, type Cluster } from './cluster.ts';
import { holdOf } from './mode.ts';
import type { RunSync } from './run-sync.ts';

/** Kubernetes allows 256 KiB of annotations. */
const LARGEST_BREAKPOINTS = 200 * 1024;
const TRIES = 3;
const CONFLICTS = 10;

export class KubernetesQueueStore implements QueueStore {
  readonly #db: Db;
  readonly #cluster: Cluster;
  readonly #runSync: RunSync;

  constructor(db: Db, cluster: Cluster, runSync: RunSync) {
    this.#db = db;
    this.#cluster = cluster;
    this.#runSync = runSync;
  }

  async insert(
    by: string,
    submissions: Submission[],
    position: number | null,
    requireRoom: (length: number) => void,
  ): Promise<RunSummary[]> {
    const [submission] = submissions;
    if (!submission) return [];
    if (submissions.length > 1) throw notYet('Adding several runs together');
    if (position !== null) throw notYet('Adding a run at a position');
    requireNoPlan(submission);
    return [await this.#insert(by, submission, requireRoom)];
  }

  async #insert(by: string, submission: Submission, requireRoom: (length: number) => void): Promise<RunSummary> {
    // Do not create a run that the database cannot store.
    await this.#db.execute('select 1');
    const waiting = [...this.#cluster.runs.all()].filter(
      (run) => run.spec.sequencer === submission.sequencer && isWaiting(run),
    );
    requireRoom(waiting.length + 1);
    const name = nameOf(submission.sequencer, by, submission.requestId);
    const object: New<SequencerRun> = {
      metadata: {
        name,
        labels: { [LABELS.sequencer]: submission.sequencer },
        annotations: {
          [ANNOTATIONS.submittedBy]: by,
          [ANNOTATIONS.submittedAt]: new Date().toISOString(),
          ...(submission.requestId !== null && { [ANNOTATIONS.requestId]: submission.requestId }),
          ...(submission.breakpoints.length > 0 && {
            [ANNOTATIONS.breakpoints]: serializeBreakpoints(submission.breakpoints),
          }),
        },
      },
      spec: {
        sequencer: submission.sequencer,
        script: submission.script,
        ...(submission.title !== null && { title: submission.title }),
        arguments: submission.arguments,
        desiredState: submission.start === 'RUNNING' ? 'Running' : 'Queued',
        startPaused: submission.startPaused,
        holdOnFailure: submission.holdOnFailure,
        startAt: submission.startAt ?? 0,
        ...(submission.startLine !== null && { startLine: submission.startLine }),
        timeoutSeconds: 0,
      },
    };
    return this.#runSync.ensureRow(await withApiErrors(() => this.#create(object, name)));
  }

  /** Creates the object under a fixed name, so that a retry is safe when the outcome of a request is unknown. */
  async #create(object: New<SequencerRun>, name: string): Promise<SequencerRun> {
    const { client, namespace } = this.#cluster;
    for (let tries = 1; ; tries++) {
      try {
        return await client.create(RUNS, namespace, object);
      } catch (error) {
        if (!(error instanceof KubernetesError)) throw error;
        if (error.alreadyExists) return client.get(RUNS, namespace, name);
        if (error.status !== 0 || tries === TRIES) throw error;
        await sleep(200 * tries);
      }
    }
  }

  async cancel(run: RunSummary, reason: string): Promise<boolean> {
    if (run.phase !== 'QUEUED' || !(await withApiErrors(() => this.#cancelUnclaimed(run)))) return false;
    // It can no longer start. The operator writes the same to the object.
    await cancelQueued(this.#db, run.id, reason);
    return true;
  }

  /** Returns false, and changes nothing, when a pod may exist. */
  async #cancelUnclaimed(run: RunSummary): Promise<boolean> {
    const { client, namespace } = this.#cluster;
    const { name, uid } = objectOf(run);
    for (let tries = 1; ; tries++) {
      const { metadata, status } = await client.get(RUNS, namespace, name);
      if (metadata.uid === uid && status?.podName !== undefined) return false;
      const { resourceVersion } = metadata;
      const patch = { metadata: { resourceVersion }, spec: { desiredState: 'Cancelled' } };
      try {
        await client.mergeInto(RUNS, namespace, { name, uid }, patch);
        return true;
      } catch (error) {
        if (!(error instanceof KubernetesError && error.conflict) || tries === CONFLICTS) throw error;
      }
    }
  }

  edit(): Promise<boolean> {
    return Promise.reject(notYet('Editing a queued run'));
  }

  setOnHold(): Promise<boolean> {
    return Promise.reject(notYet('Putting a run on hold'));
  }

  async reorder(run: RunSummary, position: number): Promise<boolean> {
    if (run.phase !== 'QUEUED') return false;
    const others = [...this.#cluster.runs.all()]
      .filter((other) => other.spec.sequencer === run.sequencer && isWaiting(other) && other.metadata.uid !== run.id)
      .sort(byPlace);
    const index = Math.min(position, others.length);
    const place = between(others[index - 1], others[index]);
    if (place !== null) await this.#patch(run, { metadata: { annotations: { [ANNOTATIONS.place]: String(place) } } });
    return true;
  }

  async setMode(sequencer: string, mode: Mode, by: string, reason: string | null): Promise<void> {
    if (reason !== null) throw notYet('A reason for the mode');
    await withApiErrors(() => this.#setMode(sequencer, mode === 'OFF' ? 'Off' : 'Queue', by));
  }

  /** Conditional on the version that was read: the annotation has the mode that a tool had written before. */
  async #setMode(name: string, mode: KubernetesMode, by: string): Promise<void> {
    const { client, namespace } = this.#cluster;
    for (let tries = 1; ; tries++) {
      const sequencer = await client.get(SEQUENCERS, namespace, name);
      const { resourceVersion } = sequencer.metadata;
      const hold = holdOf(sequencer);
      const annotations = { [ANNOTATIONS.modeBy]: modeAnnotation(sequencer, mode, by, new Date()) };
      // Setting the mode to Queue also releases the hold after a failed run.
      const spec = { mode, ...(hold && mode !== 'Off' && { resumeAfter: resumeValue(hold) }) };
      try {
        await client.merge(SEQUENCERS, namespace, name, { metadata: { resourceVersion, annotations }, spec });
        return;
      } catch (error) {
        if (!(error instanceof KubernetesError && error.conflict) || tries === CONFLICTS) throw error;
      }
    }
  }

  /** Also sets it in the object, because the operator does not connect to the database. */
  async setHoldOnFailure(sequencer: string, hold: boolean): Promise<void> {
    const { client, namespace } = this.#cluster;
    await withApiErrors(() => client.merge(SEQUENCERS, namespace, sequencer, { spec: { holdOnFailure: hold } }));
    await setHoldOnFailure(this.#db, sequencer, hold);
  }

  async hold(sequencer: string, by: string, _cause: string, stored: () => void): Promise<void> {
    await this.setMode(sequencer, 'OFF', by, null);
    stored();
  }

  async setBreakpoints(run: RunSummary, _by: string, breakpoints: Breakpoint[]): Promise<boolean> {
    const object = await this.#patch(run, {
      metadata: { annotations: { [ANNOTATIONS.breakpoints]: serializeBreakpoints(breakpoints) } },
    });
    if (object.status?.podName !== undefined) return false;
    await this.#db.update(runs).set({ breakpoints }).where(eq(runs.id, run.id));
    return true;
  }

  waitReason(run: RunSummary): Promise<string> {
    const { namespace, sequencers } = this.#cluster;
    const sequencer = sequencers.get(namespace, run.sequencer);
    if (sequencer && holdOf(sequencer)) return Promise.resolve(heldRunReason('the last run did not succeed'));
    return Promise.resolve(run.reason ?? 'Waiting in the queue.');
  }

  #patch(run: RunSummary, patch: { metadata: object }): Promise<SequencerRun> {
    const { client, namespace } = this.#cluster;
    return withApiErrors(() => client.mergeInto(RUNS, namespace, objectOf(run), patch));
  }
}

/** @param what the subject of the sentence */
function notYet(what: string): SequencerError {
  return new SequencerError('NOT_YET', `${what} is not available on Kubernetes yet.`);
}

/** Throws NOT_YET for a submission with a part that the objects of the cluster do not have yet. */
function requireNoPlan({ notBefore, notAfter, timeoutSeconds, afterFailure }: Submission): void {
  if (notBefore ?? notAfter) throw notYet('A window');
  if (timeoutSeconds !== null) throw notYet('A time limit');
  if (afterFailure !== 'HOLD_QUEUE') throw notYet('What follows a failure');
}

/** Throws UNKNOWN_RUN for a run that was not created in the cluster. */
export function objectOf({ id, object }: RunSummary): { name: string; uid: string } {
  if (object === null) throw new SequencerError('UNKNOWN_RUN', 'This run was not created in the cluster.');
  return { name: object, uid: id };
}

/** A new name; for a repeated request the same one. */
function nameOf(sequencer: string, by: string, requestId: string | null): string {
  const random =
    requestId === null ? randomBytes(5) : createHash('sha256').update(`${by}\0${requestId}`).digest().subarray(0, 10);
  return `${sequencer}-${random.toString('hex')}`;
}

/** A queue position between two runs; null when there is no other run. */
function between(before: SequencerRun | undefined, after: SequencerRun | undefined): number | null {
  if (before && after) return (finitePlace(before) + finitePlace(after)) / 2;
  if (after) return finitePlace(after) - 1;
  return before ? finitePlace(before) + 1 : null;
}

function finitePlace(run: SequencerRun): number {
  const place = placeOf(run);
  return Number.isFinite(place) ? place : 0;
}

function serializeBreakpoints(breakpoints: readonly Breakpoint[]): string {
  const text = JSON.stringify(breakpoints);
  if (Buffer.byteLength(text) > LARGEST_BREAKPOINTS) {
    throw new SequencerError('BAD_INPUT', 'breakpoints: they are too large.', 'Use fewer, or shorter conditions.');
  }
  return text;
}
