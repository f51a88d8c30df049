import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { expect, it } from 'vitest';
import { requestedCommand } from './desired-state.ts';

function run(
  generation: number,
  desiredState: SequencerRun['spec']['desiredState'],
  startPaused = false,
): SequencerRun {
  return {
    apiVersion: 'sequencer.dev/v1alpha1',
    kind: 'SequencerRun',
    metadata: { name: 'a', namespace: 'b', uid: 'c', resourceVersion: '1', generation, creationTimestamp: '' },
    spec: {
      sequencer: 'satp1',
      arguments: [],
      desiredState,
      startPaused,
      holdOnFailure: false,
      startAt: 0,
      timeoutSeconds: 0,
    },
  };
}

it.each([
  ['a new run', run(1, 'Running'), null, null],
  ['a pause that was requested in the queue', run(2, 'Paused'), null, 'pause'],
  ['a start that was requested in the queue', run(2, 'Running', true), null, null],
  ['a pause', run(2, 'Paused'), 1, 'pause'],
  ['a pause that was sent already', run(2, 'Paused'), 2, null],
  ['a resume', run(3, 'Running'), 2, 'resume'],
  ['a cancellation, which the operator handles', run(3, 'Cancelled'), 2, null],
] as const)('returns the command for %s', (_, object, sentGeneration, command) => {
  expect(requestedCommand(object, sentGeneration)).toBe(command);
});
