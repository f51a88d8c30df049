import { expect, test } from 'vitest';
import type { RunContent } from './add-runs.ts';
import { changedFields, limitError, toEdit, toForm } from './run-form.ts';

const RUN = {
  version: 3,
  title: 'iv',
  script: 'print(1)\n',
  arguments: ['--step', '22.5'],
  window: { notBefore: '2026-06-01T22:00:12.000Z', notAfter: null },
  timeoutSeconds: 90,
  afterFailure: 'HOLD_QUEUE',
  resources: ['laser'],
  startAt: 2,
} as RunContent;

test('an unchanged form sends only the version', () => {
  expect(changedFields(toForm(RUN), toForm(RUN))).toEqual([]);
  expect(toEdit(RUN, toForm(RUN))).toEqual({ version: 3 });
});

test('only changed parts are sent; a new script repeats where the run starts', () => {
  const form = { ...toForm(RUN), script: 'print(2)\n', arguments: '', limit: 2, title: '' };
  expect(changedFields(toForm(RUN), form)).toEqual(['title', 'script', 'arguments', 'limit']);
  expect(toEdit(RUN, form)).toEqual({
    version: 3,
    title: null,
    script: 'print(2)\n',
    startAt: 2,
    arguments: [],
    timeoutSeconds: 120,
  });
  expect(toEdit(RUN, { ...toForm(RUN), limit: '' })).toEqual({ version: 3, timeoutSeconds: null });
});

test('a new end of the window keeps its start', () => {
  const form = { ...toForm(RUN), notAfter: '2026-06-02T05:10' };
  expect(toEdit(RUN, form).window).toEqual({
    notBefore: '2026-06-01T22:00:00.000Z',
    notAfter: '2026-06-02T05:10:00.000Z',
  });
});

test('resources are replaced, and removed by an empty text', () => {
  expect(toEdit(RUN, { ...toForm(RUN), resources: 'laser crane' })).toEqual({
    version: 3,
    resources: ['laser', 'crane'],
  });
  expect(toEdit(RUN, { ...toForm(RUN), resources: '' })).toEqual({ version: 3, resources: [] });
});

test('a time limit is at least one second', () => {
  expect(limitError({ ...toForm(RUN), limit: '' })).toBeNull();
  expect(limitError({ ...toForm(RUN), limit: 0.5 })).toBeNull();
  expect(limitError({ ...toForm(RUN), limit: 0 })).toBe('The time limit must be at least one second.');
});
