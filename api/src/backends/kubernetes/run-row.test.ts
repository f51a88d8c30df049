import { isStorable } from '@sequencer/model';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { expect, it } from 'vitest';
import { bareRowOf, rowOf } from './run-row.ts';

const CONTEXT = { number: 1, place: 1, start: 'QUEUED', sequencer: undefined } as const;
const ODD = 'a\0b\uD800';

/** As kubectl can create it: the API server accepts any JSON string. */
const run: SequencerRun = {
  apiVersion: 'sequencer.dev/v1alpha1',
  kind: 'SequencerRun',
  metadata: {
    name: 'satp1-1',
    namespace: 'site',
    uid: '4c0a9f7e-64ff-4c6e-8d0f-53f1cf1b0a11',
    resourceVersion: '1',
    creationTimestamp: '2026-11-24T04:00:00Z',
    annotations: {
      [ANNOTATIONS.submittedBy]: ODD,
      [ANNOTATIONS.breakpoints]: JSON.stringify([{ file: ODD, line: 1, condition: ODD, enabled: true }]),
    },
  },
  spec: {
    sequencer: 'satp1',
    title: ODD,
    script: `x = '${ODD}'\n`,
    arguments: [ODD],
    desiredState: 'Queued',
    startPaused: false,
    holdOnFailure: false,
    startAt: 0,
    timeoutSeconds: 0,
  },
  status: { phase: 'Failed', reason: ODD },
};

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Date || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
}

it('makes every text of an object storable and visible', () => {
  const row = rowOf(run, CONTEXT);
  expect(row).toMatchObject({
    title: 'a\\u{0}b\\u{d800}',
    reason: 'a\\u{0}b\\u{d800}',
    arguments: ['a\\u{0}b\\u{d800}'],
  });
  expect(textsOf(row).filter((text) => !isStorable(text))).toEqual([]);
});

it('does not change a script with an escape in it', () => {
  const script = "print('\\u{0}')";
  expect(rowOf({ ...run, spec: { ...run.spec, script } }, CONTEXT).script).toBe(script);
});

it('makes a row without any text of a user', () => {
  const row = bareRowOf(run, CONTEXT);
  expect(textsOf(row).filter((text) => text.includes('u{'))).toEqual([]);
  expect(row).toMatchObject({ title: null, arguments: [], breakpoints: [], submittedBy: 'kubectl', phase: 'FAILED' });
});

it('uses the setting of the sequencer for a run without its own holdOnFailure', () => {
  const sequencer = { spec: { holdOnFailure: true } } as Sequencer;
  const { holdOnFailure: _, ...silent } = run.spec;
  expect(rowOf({ ...run, spec: silent }, { ...CONTEXT, sequencer }).holdOnFailure).toBe(true);
  expect(rowOf({ ...run, spec: silent }, CONTEXT).holdOnFailure).toBe(false);
  expect(rowOf(run, { ...CONTEXT, sequencer }).holdOnFailure).toBe(false);
});
