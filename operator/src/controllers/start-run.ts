/**
 * Starts a run that has claimed its sequencer: in a warm pod, or else in a new pod.
 *
 * Contract: every step can be repeated, and none can create a second pod. A new pod has the name of the run, and the run's
 * status has that name before the pod is created. Just before, the run is read from the API server (not from the cache)
 * and must have no `podUID`. A warm pod is named with its uid, which never changes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import type { ConfigMap, Pod } from '@sequencer/kubernetes/objects';
import { CONFIG_MAPS, PODS, RUNS, SECRETS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { isFinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { ANNOTATIONS, FINALIZER } from '@sequencer/model/kubernetes/names';
import { boundedText } from '@sequencer/model/text';
import type { Sequencer, SequencerStatus } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { ClusterCache } from '../cache/cluster-cache.ts';
import { admissionErrorOf, type AdmissionError } from '../pods/admission-error.ts';
import type { NetworkPolicies } from '../isolation/network-policies.ts';
import { isOwnedBy, podNameOf } from '../pods/ownership.ts';
import { buildPod } from '../pods/pod-spec.ts';
import { ocsConfigOf } from '../pods/start-problems.ts';
import { buildSecret, type RunnerSettings } from '../pods/secret.ts';
import { writeStatus, type ConditionChange } from '../status/status.ts';
import { adopt, assign } from '../warm-pool/assign.ts';
import { PHASE_REASONS, hasTurn } from './run-phase.ts';
import { checkClaim, claimOf } from './used-resources.ts';
import type { WarmPool } from '../warm-pool/warm-pool.ts';

/** The cache was outdated. Nothing was changed; the run is reconciled again. */
export class StaleCacheError extends Error {}

/**
 * The run has its turn no longer: since its claim it was put on hold, its window or its resources were changed, its window has
 * ended, or another run uses one of its resources.
 */
export class TurnLostError extends Error {
  readonly run: SequencerRun;

  constructor(run: SequencerRun, reason = 'It was changed before it started.') {
    super(reason);
    this.run = run;
  }
}

/** The run cannot start now, or not at all: see `problem.kind`. */
export class StartError extends Error {
  readonly problem: AdmissionError;

  constructor(problem: AdmissionError) {
    super(problem.message);
    this.problem = problem;
  }
}

export interface StartDependencies {
  client: KubernetesClient;
  settings: RunnerSettings;
  policies: NetworkPolicies;
  cache: ClusterCache;
  warmPool: WarmPool;
}

export async function startRun(
  deps: StartDependencies,
  cached: SequencerRun,
  sequencer: Sequencer,
): Promise<SequencerRun> {
  const { client, settings, policies, cache, warmPool } = deps;
  const { name } = cached.metadata;
  // Read first, so that a run which cannot start creates nothing.
  const [fresh, claim] = await Promise.all([freshRun(client, cached), requireClaim(client, cached)]);
  await requireResources(client, fresh, claim);
  const [ocs, warmPod] = await Promise.all([
    ocsOf(client, sequencer),
    cached.status?.podName === undefined ? warmPool.findReady(sequencer) : null,
  ]);
  const script = await scriptOf(client, fresh);
  const position = cache.positions.of(fresh);
  if (fresh.status?.podName === undefined && warmPod && warmPool.isCurrent(sequencer, warmPod, ocs)) {
    const { name: podName, uid: podUID } = warmPod.metadata;
    const run = await claimPod(client, fresh, position, { podName, podUID });
    const [pod] = await Promise.all([adopt(client, run, warmPod), addFinalizer(client, run)]);
    await assignTo(deps, run, sequencer, script, pod);
    return run;
  }
  await warmPool.removeAll(sequencer);
  const run = await claimPod(client, await addFinalizer(client, fresh), position, { podName: name });
  await Promise.all([
    createSecret(client, run, sequencer, script, settings),
    withStartErrors(async () => {
      const problem = await policies.ensure(sequencer);
      if (problem) throw new StartError({ ...problem, kind: 'retryable' });
    }),
  ]);
  const pod = await createPod(client, run, sequencer, settings);
  return writeStatus(
    client,
    run,
    {
      phase: 'Starting',
      podName: name,
      podUID: pod.metadata.uid,
      // As when the pod is followed, which therefore writes nothing before it has more to say.
      reason: PHASE_REASONS.Starting,
    },
    [scheduled(run)],
  );
}

/** Completes the assignment of a warm pod that the run has claimed. */
export async function continueAssignment(
  deps: StartDependencies,
  cached: SequencerRun,
  sequencer: Sequencer,
  pod: Pod,
): Promise<void> {
  const run = await deps.client.find(RUNS, cached.metadata.namespace, cached.metadata.name);
  if (run?.metadata.uid !== cached.metadata.uid || isFinalKubernetesPhase(run.status?.phase))
    throw new StaleCacheError();
  await addFinalizer(deps.client, run);
  await assignTo(deps, run, sequencer, await scriptOf(deps.client, run), pod);
}

async function assignTo(
  { client, settings }: StartDependencies,
  run: SequencerRun,
  sequencer: Sequencer,
  script: string,
  pod: Pod,
): Promise<void> {
  await assign(client, pod, () => createSecret(client, run, sequencer, script, settings));
}

type Claim = NonNullable<SequencerStatus['activeRun']>;

/** Throws StaleCacheError if the sequencer was released meanwhile. */
async function requireClaim(client: KubernetesClient, { metadata, spec }: SequencerRun): Promise<Claim> {
  const sequencer = await client.find(SEQUENCERS, metadata.namespace, spec.sequencer);
  const claim = sequencer?.status?.activeRun;
  if (claim?.uid !== metadata.uid) throw new StaleCacheError();
  return claim;
}

/** Throws StaleCacheError or TurnLostError unless the run has its resources. It keeps them once it is Starting. */
async function requireResources(client: KubernetesClient, run: SequencerRun, claim: Claim): Promise<void> {
  const { phase, podName } = run.status ?? {};
  if (phase === 'Starting' || podName !== undefined) return;
  if (!isDeepStrictEqual(claim, claimOf(run))) throw new TurnLostError(run);
  if (!run.spec.resources?.length) return;
  const check = await checkClaim(client, run);
  if (check.result === 'wait') throw new StaleCacheError();
  if (check.result === 'lost') throw new TurnLostError(run, check.reason);
}

/** The run from the API server, with its script. Throws StaleCacheError or TurnLostError if it must not be started. */
async function freshRun(client: KubernetesClient, cached: SequencerRun): Promise<SequencerRun> {
  const { namespace, name, uid } = cached.metadata;
  const run = await client.find(RUNS, namespace, name);
  const { phase, podName, podUID } = run?.status ?? {};
  if (run?.metadata.uid !== uid || isFinalKubernetesPhase(phase) || podUID !== undefined) throw new StaleCacheError();
  if (run.metadata.deletionTimestamp !== undefined || run.spec.desiredState === 'Cancelled')
    throw new StaleCacheError();
  if (podName === undefined && !hasTurn(run, new Date())) throw new TurnLostError(run);
  return run;
}

async function scriptOf(client: KubernetesClient, run: SequencerRun): Promise<string> {
  if (run.spec.script !== undefined) return run.spec.script;
  const { name = '', key = '' } = run.spec.scriptFrom?.configMapKeyRef ?? {};
  const map = await client.find(CONFIG_MAPS, run.metadata.namespace, name);
  const script = map?.data?.[key];
  if (script !== undefined) return script;
  const missing = map ? `the ConfigMap ${name} has no key ${key}` : `there is no ConfigMap named ${name}`;
  throw new StartError({
    kind: 'retryable',
    reason: 'ScriptMissing',
    message: `The script cannot be read: ${missing}. Create it, or cancel the run.`,
  });
}

async function ocsOf(client: KubernetesClient, sequencer: Sequencer): Promise<ConfigMap | null> {
  const ocs = await ocsConfigOf(client, sequencer);
  if (!ocs || !('reason' in ocs)) return ocs;
  throw new StartError({ ...ocs, kind: 'retryable', message: `${ocs.message} To stop waiting, cancel the run.` });
}

/** Added before anything can run: it keeps the object until its script has been stopped. */
async function addFinalizer(client: KubernetesClient, run: SequencerRun): Promise<SequencerRun> {
  const { namespace, name, resourceVersion, finalizers = [] } = run.metadata;
  if (finalizers.includes(FINALIZER)) return run;
  const metadata = { resourceVersion, finalizers: [...finalizers, FINALIZER] };
  return client.merge(RUNS, namespace, name, { metadata });
}

/**
 * Records the run's pod in its status; from then on the pod may exist. Conditional on the version that was read, so that
 * only one instance succeeds.
 */
async function claimPod(
  client: KubernetesClient,
  run: SequencerRun,
  position: number,
  pod: { podName: string; podUID?: string },
): Promise<SequencerRun> {
  if (run.status?.podName !== undefined) return run;
  return writeStatus(
    client,
    run,
    {
      phase: 'Starting',
      place: run.status?.place ?? position,
      submittedBy: submittedBy(run),
      ...pod,
      reason: claimedMessage(run.spec.sequencer),
    },
    [scheduled(run)],
  );
}

/** The message of everything that reports that a run has claimed its sequencer. */
export function claimedMessage(sequencer: string): string {
  return `Claimed sequencer ${sequencer}.`;
}

export function submittedBy({ metadata }: SequencerRun): string {
  return boundedText(metadata.annotations?.[ANNOTATIONS.submittedBy] ?? 'kubectl', 256);
}

function scheduled({ spec }: SequencerRun): ConditionChange {
  return { type: 'Scheduled', status: 'True', reason: 'Claimed', message: claimedMessage(spec.sequencer) };
}

async function createSecret(
  client: KubernetesClient,
  run: SequencerRun,
  sequencer: Sequencer,
  script: string,
  settings: RunnerSettings,
): Promise<void> {
  const { namespace } = run.metadata;
  const name = podNameOf(run);
  try {
    await withStartErrors(() => client.create(SECRETS, namespace, buildSecret(run, sequencer, script, settings)));
  } catch (error) {
    if (!(error instanceof KubernetesError) || !error.alreadyExists) throw error;
    const secret = await client.get(SECRETS, namespace, name);
    if (!isOwnedBy(secret, run)) throw nameTaken('Secret', name);
  }
}

async function createPod(
  client: KubernetesClient,
  run: SequencerRun,
  sequencer: Sequencer,
  { runnerLabels }: RunnerSettings,
): Promise<Pod> {
  const { namespace, name } = run.metadata;
  try {
    return await withStartErrors(() => client.create(PODS, namespace, buildPod(run, sequencer, runnerLabels)));
  } catch (error) {
    if (!(error instanceof KubernetesError) || !error.alreadyExists) throw error;
    const pod = await client.get(PODS, namespace, name);
    if (!isOwnedBy(pod, run)) throw nameTaken('Pod', name);
    return pod;
  }
}

function nameTaken(kind: string, name: string): StartError {
  return new StartError({
    kind: 'retryable',
    reason: 'NameTaken',
    message: `There is already a ${kind} named ${name} that does not belong to this run. Cancel the run and submit it under another name.`,
  });
}

async function withStartErrors<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const problem = admissionErrorOf(error);
    throw problem ? new StartError(problem) : error;
  }
}
