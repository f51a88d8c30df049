/**
 * Gives a run whose turn it is its pod: one that waited, or else one that is made for it. Every step can be repeated, and
 * none can make a second pod: the pod has the run's name, its name is in the run's status before it is made, and the API
 * server's own word (not a copy) is asked just before whether a pod was ever seen. A pod that waited is named with its
 * uid, which never changes.
 */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import type { ConfigMap, Pod } from '@sequencer/kubernetes/objects';
import { CONFIG_MAPS, NETWORK_POLICIES, PODS, RUNS, SECRETS } from '@sequencer/kubernetes/resources';
import { ANNOTATIONS, FINALIZER } from '@sequencer/model/kubernetes/names';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalWord } from '@sequencer/model/kubernetes/words';
import { networkPolicyName, networkPolicyOf } from '../pods/network-policy.ts';
import { adopt, handOver } from '../warm-pool/assign.ts';
import type { WarmPods } from '../warm-pool/warm-pool.ts';
import type { World } from '../cache/cluster-cache.ts';
import { isOwned, podNameOf } from '../pods/ownership.ts';
import { podOf } from '../pods/pod-spec.ts';
import { refusalOf, type Refusal } from '../pods/admission-error.ts';
import { secretOf, type RunnerSettings } from '../pods/secret.ts';
import { MANAGER, writeStatus, type ConditionChange } from '../status/status.ts';

export interface StartSettings extends RunnerSettings {
  gatewayPods: Record<string, string>;
}

/** The copy that was looked at is behind: nothing was done, look again. */
export class Stale extends Error {}

/** Something that others have to mend first, or that ends the run. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export interface StartParts {
  client: KubernetesClient;
  settings: StartSettings;
  world: World;
  warmPods: WarmPods;
}

export async function startRun(parts: StartParts, seen: SequencerRun, sequencer: Sequencer): Promise<SequencerRun> {
  const { client, settings, world, warmPods } = parts;
  const { namespace, name } = seen.metadata;
  // Asked for before anything is made, so that a run which cannot start leaves nothing behind.
  const [fresh, ocs, waiting] = await Promise.all([
    freshRun(client, seen),
    ocsOf(client, sequencer),
    seen.status?.podName === undefined ? warmPods.ready(sequencer) : null,
  ]);
  const script = await scriptOf(client, fresh);
  const place = world.places.of(fresh);
  if (fresh.status?.podName === undefined && waiting && warmPods.fits(sequencer, waiting, ocs)) {
    const { name: podName, uid: podUID } = waiting.metadata;
    const run = await announce(client, fresh, place, { podName, podUID });
    const [pod] = await Promise.all([adopt(client, run, waiting), finalize(client, run)]);
    await giveTo(parts, run, sequencer, script, pod);
    return run;
  }
  await warmPods.makeRoom(sequencer);
  const run = await announce(client, await finalize(client, fresh), place, { podName: name });
  const policy = networkPolicyOf(sequencer, settings.gatewayPods);
  await Promise.all([
    makeSecret(client, run, sequencer, script, settings),
    refusable(() =>
      client.apply(NETWORK_POLICIES, namespace, networkPolicyName(sequencer), policy, { manager: MANAGER }),
    ),
  ]);
  const pod = await makePod(client, run, sequencer);
  return writeStatus(
    client,
    run,
    {
      phase: 'Starting',
      podName: name,
      podUID: pod.metadata.uid,
      reason: `The pod ${name} is being started.`,
    },
    [turn(run)],
  );
}

/** The rest of the way, for a run that was promised a pod which waited. */
export async function giveRun(parts: StartParts, seen: SequencerRun, sequencer: Sequencer, pod: Pod): Promise<void> {
  const run = await parts.client.find(RUNS, seen.metadata.namespace, seen.metadata.name);
  if (run?.metadata.uid !== seen.metadata.uid || isFinalWord(run.status?.phase)) throw new Stale();
  await finalize(parts.client, run);
  await giveTo(parts, run, sequencer, await scriptOf(parts.client, run), pod);
}

async function giveTo(
  { client, settings }: StartParts,
  run: SequencerRun,
  sequencer: Sequencer,
  script: string,
  pod: Pod,
): Promise<void> {
  await handOver(client, pod, () => makeSecret(client, run, sequencer, script, settings));
}

/** The run as the API server has it, with its script; only if it may be started still. */
async function freshRun(client: KubernetesClient, seen: SequencerRun): Promise<SequencerRun> {
  const { namespace, name, uid } = seen.metadata;
  const run = await client.find(RUNS, namespace, name);
  const { phase, podUID } = run?.status ?? {};
  if (run?.metadata.uid !== uid || isFinalWord(phase) || podUID !== undefined) throw new Stale();
  if (run.metadata.deletionTimestamp !== undefined || run.spec.desiredState === 'Cancelled') throw new Stale();
  return run;
}

async function scriptOf(client: KubernetesClient, run: SequencerRun): Promise<string> {
  if (run.spec.script !== undefined) return run.spec.script;
  const { name = '', key = '' } = run.spec.scriptFrom?.configMapKeyRef ?? {};
  const map = await client.find(CONFIG_MAPS, run.metadata.namespace, name);
  const script = map?.data?.[key];
  if (script !== undefined) return script;
  const missing = map ? `the ConfigMap ${name} has no key ${key}` : `there is no ConfigMap named ${name}`;
  throw new Refused({
    kind: 'waits',
    reason: 'ScriptMissing',
    message: `The script cannot be read: ${missing}. Create it, or cancel the run.`,
  });
}

async function ocsOf(client: KubernetesClient, { metadata, spec }: Sequencer): Promise<ConfigMap | null> {
  if (!spec.ocs) return null;
  const map = await client.find(CONFIG_MAPS, metadata.namespace, spec.ocs.configMap);
  if (map) return map;
  throw new Refused({
    kind: 'waits',
    reason: 'OcsConfigMissing',
    message: `There is no ConfigMap named ${spec.ocs.configMap}, which spec.ocs of the Sequencer ${metadata.name} names. Create it with default.yaml and sorunlib.yaml, or cancel the run.`,
  });
}

/** Before anything can run: the object stays until its script has been stopped. */
async function finalize(client: KubernetesClient, run: SequencerRun): Promise<SequencerRun> {
  const { namespace, name, resourceVersion, finalizers = [] } = run.metadata;
  if (finalizers.includes(FINALIZER)) return run;
  const metadata = { resourceVersion, finalizers: [...finalizers, FINALIZER] };
  return client.merge(RUNS, namespace, name, { metadata });
}

/** From here on there may be a pod. Conditional on what was read: only one instance gets past it with the same knowledge. */
async function announce(
  client: KubernetesClient,
  run: SequencerRun,
  place: number,
  pod: { podName: string; podUID?: string },
): Promise<SequencerRun> {
  if (run.status?.podName !== undefined) return run;
  return writeStatus(
    client,
    run,
    {
      phase: 'Starting',
      place: run.status?.place ?? place,
      submittedBy: submittedBy(run),
      ...pod,
      reason: `It is its turn on ${run.spec.sequencer}.`,
    },
    [turn(run)],
  );
}

export function submittedBy({ metadata }: SequencerRun): string {
  return metadata.annotations?.[ANNOTATIONS.submittedBy] ?? 'kubectl';
}

function turn({ spec }: SequencerRun): ConditionChange {
  return { type: 'Scheduled', status: 'True', reason: 'Turn', message: `It is its turn on ${spec.sequencer}.` };
}

async function makeSecret(
  client: KubernetesClient,
  run: SequencerRun,
  sequencer: Sequencer,
  script: string,
  settings: RunnerSettings,
): Promise<void> {
  const { namespace } = run.metadata;
  const name = podNameOf(run);
  try {
    await refusable(() => client.create(SECRETS, namespace, secretOf(run, sequencer, script, settings)));
  } catch (error) {
    if (!(error instanceof KubernetesError) || !error.alreadyExists) throw error;
    const secret = await client.get(SECRETS, namespace, name);
    if (!isOwned(secret, run)) throw nameTaken('Secret', name);
  }
}

async function makePod(client: KubernetesClient, run: SequencerRun, sequencer: Sequencer): Promise<Pod> {
  const { namespace, name } = run.metadata;
  try {
    return await refusable(() => client.create(PODS, namespace, podOf(run, sequencer)));
  } catch (error) {
    if (!(error instanceof KubernetesError) || !error.alreadyExists) throw error;
    const pod = await client.get(PODS, namespace, name);
    if (!isOwned(pod, run)) throw nameTaken('Pod', name);
    return pod;
  }
}

function nameTaken(kind: string, name: string): Refused {
  return new Refused({
    kind: 'waits',
    reason: 'NameTaken',
    message: `There is a ${kind} named ${name} already, which is not of this run. Delete it, or cancel the run.`,
  });
}

async function refusable<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const refusal = refusalOf(error);
    throw refusal ? new Refused(refusal) : error;
  }
}
