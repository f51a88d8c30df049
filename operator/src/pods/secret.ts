/** The Secret that a run's pod mounts: token, script and options. It has the name of the pod. */
import type { New } from '@sequencer/kubernetes/client';
import type { Secret } from '@sequencer/kubernetes/objects';
import { runToken } from '@sequencer/kubernetes/run-token';
import { breakpointsOf } from '@sequencer/model/kubernetes/breakpoints';
import { ANNOTATIONS, LABELS } from '@sequencer/model/kubernetes/names';
import { holdsOnFailure, hostnameOf, type Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { ownerReference, runnerLabels } from './pod-spec.ts';

const DAY_SECONDS = 86_400;

/** How long the runner keeps the record of an ended script: longer than the queue waits for it. */
function recordKeptSeconds(queueWaits: number): number {
  return queueWaits === 0 ? 0 : Math.max(queueWaits, DAY_SECONDS);
}

export interface RunnerSettings {
  gatewayUrl: string;
  runTokenKey: string;
  /** Labels of all objects of the release. */
  runnerLabels: Record<string, string>;
}

export function buildSecret(
  run: SequencerRun,
  sequencer: Sequencer,
  script: string,
  settings: RunnerSettings,
): New<Secret> {
  const { metadata, spec } = run;
  const options = {
    run: metadata.uid,
    sequencer: spec.sequencer,
    gateway: settings.gatewayUrl,
    hostname: hostnameOf(sequencer),
    stopGraceSeconds: sequencer.spec.stopGraceSeconds,
    recordGraceSeconds: recordKeptSeconds(sequencer.spec.recordGraceSeconds),
    by: metadata.annotations?.[ANNOTATIONS.submittedBy] ?? 'kubectl',
    title: spec.title ?? null,
    arguments: spec.arguments,
    startPaused: spec.startPaused || spec.desiredState === 'Paused',
    holdOnFailure: holdsOnFailure(spec, sequencer),
    startAt: spec.startAt,
    ...(spec.startLine !== undefined && { startLine: spec.startLine }),
    breakpoints: breakpointsOf(metadata),
  };
  return {
    metadata: {
      name: run.status?.podName ?? metadata.name,
      labels: { ...runnerLabels(spec.sequencer, settings.runnerLabels), [LABELS.run]: metadata.name },
      ownerReferences: [ownerReference(run)],
    },
    // Not `immutable`: for a pod that has the name of a deleted one, the kubelet may mount the Secret of the earlier run from
    // its cache, and it never updates a Secret that it has seen as immutable.
    stringData: {
      token: runToken(settings.runTokenKey, metadata.uid),
      'script.py': script,
      'options.json': JSON.stringify(options),
    },
  };
}
