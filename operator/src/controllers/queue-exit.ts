/** How a run leaves the start of the queue without being executed: it expired, or it was changed after its claim. */
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { SEQUENCERS } from '@sequencer/kubernetes/resources';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import { expiredReason } from '@sequencer/model';
import { windowOf } from '@sequencer/model/kubernetes/window';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { EventRecorder } from '../status/event-recorder.ts';
import { writeStatus } from '../status/status.ts';
import { submittedBy } from './start-run.ts';

/** Cancels a run that got its turn after its window. Throws a conflict if the run has changed: its window may be another. */
export async function expireRun(
  { client, events }: { client: KubernetesClient; events: EventRecorder },
  run: SequencerRun,
  place: number,
): Promise<void> {
  const now = new Date();
  const reason = expiredReason(windowOf(run.spec).notAfter ?? now, now);
  const changes = {
    phase: 'Cancelled',
    reason,
    place,
    finishedAt: wholeSeconds(now),
    submittedBy: submittedBy(run),
  } as const;
  const ended = await writeStatus(client, run, changes, [
    { type: 'Finished', status: 'True', reason: 'Cancelled', message: reason },
  ]);
  await events.record(ended, 'Warning', 'Expired', reason);
}

/**
 * Returns a claimed run to the queue. The reason is a sentence.
 * Only the worker of this run calls it, so that the run cannot start meanwhile; before a
 * start, the claim is read from the API server.
 */
export async function releaseClaim(
  { client, events }: { client: KubernetesClient; events: EventRecorder },
  run: SequencerRun,
  reason: string,
): Promise<void> {
  const { namespace, uid } = run.metadata;
  const { metadata, status } = await client.get(SEQUENCERS, namespace, run.spec.sequencer);
  if (status?.activeRun?.uid !== uid) return;
  const { activeRun: _, scheduler: _pulls, ...rest } = status;
  const { name, resourceVersion } = metadata;
  await client.apply(SEQUENCERS, namespace, name, { status: rest }, { subresource: 'status', resourceVersion });
  await events.record(run, 'Normal', 'Released', `Returned to the queue of ${name}. ${reason}`);
}
