/**
 * Keeps runs that share a resource apart, on whichever sequencers they are.
 *
 * Contract: a run uses its resources from the moment that `status.activeRun` of its sequencer lists them until its outcome is
 * recorded. Two sequencers may claim the same resource at the same moment, because no write covers both. So before a run
 * leaves the queue, all claims are read from the API server (not from the cache) after its own was written: at least one of two
 * such runs sees the other. The run with the greater uid returns to the queue; the other one waits for that.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { resourceReason, usedResource } from '@sequencer/model';
import type { Sequencer, SequencerStatus } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';

type ActiveRun = NonNullable<SequencerStatus['activeRun']>;

/** What `status.activeRun` has for a run that claims its sequencer. */
export function claimOf({ metadata: { name, uid }, spec: { resources = [] } }: SequencerRun): ActiveRun {
  return { name, uid, ...(resources.length > 0 && { resources }) };
}

/** The run of each resource that runs of other sequencers in the namespace use. */
export function usedResources(
  sequencers: Iterable<Sequencer>,
  { namespace, name }: { namespace: string; name: string },
): Map<string, ActiveRun> {
  const used = new Map<string, ActiveRun>();
  for (const { metadata, status } of sequencers) {
    if (metadata.namespace !== namespace || metadata.name === name || !status?.activeRun) continue;
    for (const resource of status.activeRun.resources ?? []) used.set(resource, status.activeRun);
  }
  return used;
}

/** For which run a queued run waits, as a sentence; null if it can have all its resources. */
export function resourceWait({ metadata, spec }: SequencerRun, sequencers: Iterable<Sequencer>): string | null {
  if (!spec.resources?.length) return null;
  const used = usedResources(sequencers, { namespace: metadata.namespace, name: spec.sequencer });
  const resource = usedResource(spec, used);
  const user = resource === null ? undefined : used.get(resource);
  return user && resource !== null ? resourceReason(user.name, resource) : null;
}

export type ClaimCheck = { result: 'free' | 'wait' } | { result: 'lost'; reason: string };

/**
 * Whether a claimed run that is still queued may leave the queue.
 *
 * @param run from the API server. A later change of it must prevent its start
 */
export async function checkClaim(client: KubernetesClient, run: SequencerRun): Promise<ClaimCheck> {
  const { namespace, uid } = run.metadata;
  const sequencers = await client.list(SEQUENCERS, namespace);
  const own = sequencers.find(({ metadata }) => metadata.name === run.spec.sequencer)?.status?.activeRun;
  if (!isDeepStrictEqual(own, claimOf(run))) return { result: 'wait' };
  const used = usedResources(sequencers, { namespace, name: run.spec.sequencer });
  for (const resource of run.spec.resources ?? []) {
    const other = used.get(resource);
    if (!other) continue;
    if (uid < other.uid && (await isQueued(client, namespace, other))) return { result: 'wait' };
    return { result: 'lost', reason: resourceReason(other.name, resource) };
  }
  return { result: 'free' };
}

async function isQueued(client: KubernetesClient, namespace: string, { name, uid }: ActiveRun): Promise<boolean> {
  const run = await client.find(RUNS, namespace, name);
  return run?.metadata.uid === uid && (run.status?.phase ?? 'Queued') === 'Queued';
}
