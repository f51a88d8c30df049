/** The queue and mode of each sequencer, as objects of the cluster. The operator starts the runs. */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { New } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import {
  SequencerError,
  heldRunReason,
  onHoldReason,
  proposedReason,
  windowReason,
  type Breakpoint,
  type Mode,
} from '@sequencer/model';
import { resumeValue } from '@sequencer/model/kubernetes/hold';
import { modeToKubernetes, type KubernetesMode } from '@sequencer/model/kubernetes/enums';
import { modeAnnotation } from '@sequencer/model/kubernetes/mode';
import { ANNOTATIONS, LABELS } from '@sequencer/model/kubernetes/names';
import { byPlace, isWaiting, placeOf, requestOf } from '@sequencer/model/kubernetes/queue';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { eq } from 'drizzle-orm';
import type { OnHold, QueueStore, RunEdit, Submission } from '../queue-store.ts';
import { runChanged } from '../run-changed.ts';
import type { Db } from '../../store/database.ts';
import { cancelQueued, setFailureDefaults, type FailureDefaults, type RunSummary } from '../../store/run-store.ts';
import { runs } from '../../store/schema.ts';
import { proposalOf, serializeNote } from './change-notes.ts';
import { withApiErrors, type Cluster } from './cluster.ts';
import { holdOf } from './mode.ts';
import { specOf, specPatch, toKubernetes } from './run-plan.ts';
import type { RunSync } from './run-sync.ts';

/** Kubernetes allows 256 KiB of annotations. */
const LARGEST_BREAKPOINTS = 200 * 1024;
const TRIES = 3;
const CONFLICTS = 10;

interface Patch {
  metadata: { annotations: Record<string, string | null> };
  spec: object;
}

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
    const [first] = submissions;
    if (!first) return [];
    // Do not create a run that the database cannot store.
    await this.#db.execute('select 1');
    const queue = this.#queueOf(first.sequencer);
    requireRoom(queue.length + submissions.length);
    const places = position === null ? null : placesAt(queue, position, submissions.length);
    const submittedAt = Date.now();
    const objects = submissions.map((submission, index) =>
      objectFor(by, submission, new Date(submittedAt + index), places?.[index]),
    );
    const made: RunSummary[] = [];
    try {
      for (const object of objects) {
        const run = await withApiErrors(() => this.#create(object, object.metadata.name));
        made.push(await this.#runSync.ensureRow(run));
      }
    } catch (error) {
      // All or none, except a run that has started meanwhile.
      for (const run of made) await this.cancel(run, 'Cancelled because a run of the same request could not be added.');
      throw error;
    }
    return made;
  }

  /** The queued runs in order. */
  #queueOf(sequencer: string): SequencerRun[] {
    return [...this.#cluster.runs.all()]
      .filter((run) => run.spec.sequencer === sequencer && isWaiting(run))
      .sort(byPlace);
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
    return retryConflicts(async () => {
      const { metadata, status } = await client.get(RUNS, namespace, name);
      if (metadata.uid === uid && status?.podName !== undefined) return false;
      const { resourceVersion } = metadata;
      const patch = { metadata: { resourceVersion }, spec: { desiredState: 'Cancelled' } };
      await client.mergeInto(RUNS, namespace, { name, uid }, patch);
      return true;
    });
  }

  edit(run: RunSummary, by: string, edit: RunEdit, version: number | null): Promise<boolean> {
    return this.#changeQueued(run, ({ metadata, spec }) => {
      const { generation = 1 } = metadata;
      if (version !== null && version !== generation) throw runChanged(run);
      const note = { by, reason: null, at: new Date(), generation: generation + 1 };
      const annotations = {
        [ANNOTATIONS.editedBy]: serializeNote(note),
        ...(edit.breakpoints && { [ANNOTATIONS.breakpoints]: serializeBreakpoints(edit.breakpoints) }),
      };
      return { metadata: { annotations }, spec: specPatch(edit, spec) };
    });
  }

  /** A released run is Queued: a request to start it in every mode is made again, if it is still wanted. */
  setOnHold(run: RunSummary, onHold: OnHold | null): Promise<boolean> {
    return this.#changeQueued(run, (object) => {
      const isHeld = object.spec.desiredState === 'Held';
      if (!onHold) {
        const released = {
          metadata: { annotations: { [ANNOTATIONS.onHold]: null } },
          spec: { desiredState: 'Queued' },
        };
        return isHeld ? released : null;
      }
      const { generation } = requestOf(object);
      const next = isHeld ? generation : (object.metadata.generation ?? 1) + 1;
      const note = serializeNote({ ...onHold, at: new Date(), generation: next });
      return { metadata: { annotations: { [ANNOTATIONS.onHold]: note } }, spec: { desiredState: 'Held' } };
    });
  }

  accept(run: RunSummary, by: string): Promise<boolean> {
    let isProposed = true;
    const accepted = this.#changeQueued(run, (object) => {
      isProposed = proposalOf(object).proposed;
      if (!isProposed) return null;
      const { generation = 1 } = object.metadata;
      const note = serializeNote({ by, reason: null, at: new Date(), generation: generation + 1 });
      const annotations = { [ANNOTATIONS.onHold]: null, [ANNOTATIONS.acceptedBy]: note };
      return { metadata: { annotations }, spec: { desiredState: 'Queued' } };
    });
    return accepted.then((isQueued) => isQueued && isProposed);
  }

  /**
   * Conditional on the version that was read: either the change or the start of the run is first.
   *
   * @param makePatch returns null if there is nothing to change
   */
  async #changeQueued(run: RunSummary, makePatch: (object: SequencerRun) => Patch | null): Promise<boolean> {
    const { client, namespace } = this.#cluster;
    const { name, uid } = objectOf(run);
    const change = async () => {
      const object = await client.get(RUNS, namespace, name);
      if (object.metadata.uid !== uid || !isWaiting(object)) return null;
      const patch = makePatch(object);
      if (!patch) return object;
      const metadata = { ...patch.metadata, resourceVersion: object.metadata.resourceVersion };
      return client.mergeInto(RUNS, namespace, { name, uid }, { ...patch, metadata });
    };
    const changed = await withApiErrors(() => retryConflicts(change));
    if (!changed) return false;
    await this.#runSync.followChange(run, changed);
    return true;
  }

  async reorder(run: RunSummary, position: number): Promise<boolean> {
    if (run.phase !== 'QUEUED') return false;
    const others = this.#queueOf(run.sequencer).filter(({ metadata }) => metadata.uid !== run.id);
    const [place] = placesAt(others, position, 1);
    if (others.length > 0)
      await this.#patch(run, { metadata: { annotations: { [ANNOTATIONS.place]: String(place) } } });
    return true;
  }

  async setMode(sequencer: string, mode: Mode, by: string, reason: string | null): Promise<void> {
    await withApiErrors(() => this.#setMode(sequencer, modeToKubernetes(mode), by, reason));
  }

  /** Conditional on the version that was read: the annotation has the mode that a tool had written before. */
  async #setMode(name: string, mode: KubernetesMode, by: string, reason: string | null): Promise<void> {
    const { client, namespace } = this.#cluster;
    await retryConflicts(async () => {
      const sequencer = await client.get(SEQUENCERS, namespace, name);
      const { resourceVersion } = sequencer.metadata;
      const hold = holdOf(sequencer);
      const annotations = { [ANNOTATIONS.modeBy]: modeAnnotation(sequencer, { mode, by, at: new Date(), reason }) };
      // Setting the mode to Queue also releases the hold after a failed run.
      const spec = { mode, ...(hold && mode !== 'Off' && { resumeAfter: resumeValue(hold) }) };
      return client.merge(SEQUENCERS, namespace, name, { metadata: { resourceVersion, annotations }, spec });
    });
  }

  /** Also sets it in the object, because the operator does not connect to the database. */
  async setFailureDefaults(sequencer: string, change: Partial<FailureDefaults>): Promise<void> {
    const { client, namespace } = this.#cluster;
    const { afterFailure } = change;
    const spec = { ...change, ...(afterFailure && { afterFailure: toKubernetes(afterFailure) }) };
    await withApiErrors(() => client.merge(SEQUENCERS, namespace, sequencer, { spec }));
    await setFailureDefaults(this.#db, sequencer, change);
  }

  async hold(sequencer: string, by: string, cause: string, stored: () => void): Promise<void> {
    await this.setMode(sequencer, 'OFF', by, cause);
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
    if (run.proposed) return Promise.resolve(proposedReason(run.submittedBy));
    if (run.onHoldBy !== null) return Promise.resolve(onHoldReason(run.onHoldBy, run.onHoldReason));
    const window = windowReason(run, new Date());
    if (window !== null) return Promise.resolve(window);
    if (sequencer && holdOf(sequencer)) return Promise.resolve(heldRunReason('the last run did not succeed'));
    return Promise.resolve(run.reason ?? 'Waiting in the queue.');
  }

  #patch(run: RunSummary, patch: { metadata: object }): Promise<SequencerRun> {
    const { client, namespace } = this.#cluster;
    return withApiErrors(() => client.mergeInto(RUNS, namespace, objectOf(run), patch));
  }
}

/** Repeats a change that is conditional on the version that it reads. */
export async function retryConflicts<T>(change: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof KubernetesError && error.conflict) || tries === CONFLICTS) throw error;
    }
  }
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

function objectFor(by: string, submission: Submission, submittedAt: Date, place: number | undefined) {
  const { sequencer, requestId, breakpoints, origin, proposed } = submission;
  const hold = { by, reason: null, at: submittedAt, generation: 1 };
  const metadata = {
    name: nameOf(sequencer, by, requestId),
    labels: { [LABELS.sequencer]: sequencer },
    annotations: {
      [ANNOTATIONS.submittedBy]: by,
      [ANNOTATIONS.submittedAt]: submittedAt.toISOString(),
      ...(requestId !== null && { [ANNOTATIONS.requestId]: requestId }),
      ...(breakpoints.length > 0 && { [ANNOTATIONS.breakpoints]: serializeBreakpoints(breakpoints) }),
      ...(proposed && { [ANNOTATIONS.proposed]: 'true', [ANNOTATIONS.onHold]: serializeNote(hold) }),
      ...(origin !== 'PERSON' && { [ANNOTATIONS.origin]: origin }),
      ...(place !== undefined && { [ANNOTATIONS.place]: String(place) }),
    },
  };
  return { metadata, spec: specOf(submission) } satisfies New<SequencerRun>;
}

/** Places for new runs in a queue, at a position from 0. A position after the end is the end. */
function placesAt(queue: readonly SequencerRun[], position: number, count: number): number[] {
  const index = Math.min(position, queue.length);
  const [before, after] = [queue[index - 1], queue[index]];
  const first = before ? finitePlace(before) : after ? finitePlace(after) - 2 : 0;
  const last = after ? finitePlace(after) : first + 2;
  return Array.from({ length: count }, (_, step) => first + ((last - first) * (step + 1)) / (count + 1));
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
