import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { LIMITS } from '@sequencer/model';
import type { RunSpec } from '@sequencer/model/kubernetes/sequencer-run';
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import { FINAL_KUBERNETES_PHASES, KUBERNETES_PHASES } from '@sequencer/model/kubernetes/enums';
import { client, dropNamespace, makeNamespace, makeSequencer, submit } from '@sequencer/testing/cluster/cluster';

let namespace: string;
beforeAll(async () => {
  namespace = await makeNamespace();
});
afterAll(() => dropNamespace(namespace));

async function rejected(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => new Error('the object was accepted'),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(KubernetesError);
  expect((error as KubernetesError).status).toBe(422);
  return (error as KubernetesError).message;
}

const status = (name: string, value: object | null) => client.merge(RUNS, namespace, name, { status: value }, 'status');
const change = (name: string, spec: object) => client.merge(RUNS, namespace, name, { spec });

describe('a SequencerRun', () => {
  test('gets defaults for missing fields', async () => {
    const { spec } = await submit(namespace, 'satp1');
    expect(spec).toMatchObject({ desiredState: 'Queued', arguments: [], startPaused: false, timeoutSeconds: 0 });
  });

  test('requires either script or scriptFrom', async () => {
    const scriptFrom = { configMapKeyRef: { name: 'tonight', key: 'schedule.py' } };
    expect(await rejected(submit(namespace, 'satp1', { script: 'a', scriptFrom }))).toContain(
      'either script or scriptFrom',
    );
    expect(
      await rejected(
        client.create(RUNS, namespace, { metadata: { name: 'none' }, spec: { sequencer: 'satp1' } as RunSpec }),
      ),
    ).toContain('either script or scriptFrom');
    await submit(namespace, 'satp1', { scriptFrom });
  });

  test.each(['Satp1', '1sat', 'sat_1', '-sat', 'sat-', 'a'.repeat(31)])(
    'rejects the sequencer name %s',
    async (name) => {
      expect(await rejected(submit(namespace, 'x', { sequencer: name }, { generateName: 'x-' }))).toContain(
        'spec.sequencer',
      );
    },
  );

  test('rejects a script over 512 KiB, in bytes', async () => {
    await submit(namespace, 'satp1', { script: '#'.repeat(LIMITS.scriptBytes) });
    expect(await rejected(submit(namespace, 'satp1', { script: '#'.repeat(LIMITS.scriptBytes + 1) }))).toContain(
      'spec.script',
    );
    const wide = '#' + 'ö'.repeat(LIMITS.scriptBytes / 2);
    expect(await rejected(submit(namespace, 'satp1', { script: wide }))).toContain('exceeds 512 KiB');
  });

  test.each([
    ['a line feed', 'moon\nscan'],
    ['a bell', 'moon\u0007'],
    ['a change of direction', 'moon\u202escan'],
    ['a space without width', 'moon\u200bscan'],
    ['a tag', 'moon\u{e0041}'],
  ])('rejects a title with %s', async (_what, title) => {
    expect(await rejected(submit(namespace, 'satp1', { title }))).toContain('contains invisible characters. Remove');
  });

  test('rejects a blank title, and takes an emoji of several characters', async () => {
    expect(await rejected(submit(namespace, 'satp1', { title: ' ' }))).toContain('is blank');
    await submit(namespace, 'satp1', { title: 'Grüße 👩\u200d🔬 ❤\ufe0f 月' });
  });

  test('rejects a name that is too long for its pod, or has dots', async () => {
    expect(await rejected(submit(namespace, 'satp1', {}, { name: 'a'.repeat(64) }))).toContain('metadata.name');
    expect(await rejected(submit(namespace, 'satp1', {}, { name: 'a.b' }))).toContain('metadata.name');
  });

  const fields: [string, unknown][] = [
    ['title', 'another'],
    ['title', null],
    ['script', 'print(2)'],
    ['arguments', ['x']],
    ['startPaused', true],
    ['holdOnFailure', true],
    ['startAt', 1],
    ['startLine', 1],
    ['timeoutSeconds', 5],
    ['window', { notBefore: '2026-06-01T22:00:00Z' }],
    ['afterFailure', 'Continue'],
  ];

  test.each(fields)('accepts a change of %s to %j while the run is queued', async (field, value) => {
    const { metadata } = await submit(namespace, 'satp1', { title: 'first' });
    await change(metadata.name, { [field]: value });
    await status(metadata.name, { phase: 'Queued' });
    await change(metadata.name, { [field]: field === 'title' ? 'third' : null, script: 'print(3)' });
  });

  test.each(fields)('rejects a change of %s to %j after the start', async (field, value) => {
    const { metadata } = await submit(namespace, 'satp1', { title: 'first' });
    for (const phase of ['Starting', 'Running', 'Failed']) {
      await status(metadata.name, { phase });
      const message = await rejected(change(metadata.name, { [field]: value }));
      expect(message).toContain(`spec.${field}: Invalid value`);
      expect(message).toContain('can change only while the run is queued. Submit another SequencerRun');
    }
    await change(metadata.name, { desiredState: 'Paused' });
  });

  test('never changes its sequencer', async () => {
    const { metadata } = await submit(namespace, 'satp1');
    expect(await rejected(change(metadata.name, { sequencer: 'lat' }))).toContain('cannot be changed');
  });

  test('changes between script and scriptFrom only while it is queued', async () => {
    const scriptFrom = { configMapKeyRef: { name: 'tonight', key: 'schedule.py' } };
    const { metadata } = await submit(namespace, 'satp1');
    await change(metadata.name, { script: null, scriptFrom });
    expect(await rejected(change(metadata.name, { script: 'print(1)' }))).toContain('not both');
    await status(metadata.name, { phase: 'Starting' });
    expect(await rejected(change(metadata.name, { script: 'print(1)', scriptFrom: null }))).toContain('only while');
  });

  test('is held only while it is queued', async () => {
    const { metadata } = await submit(namespace, 'satp1', { desiredState: 'Held' });
    await change(metadata.name, { desiredState: 'Queued' });
    await change(metadata.name, { desiredState: 'Held' });
    await change(metadata.name, { desiredState: 'Running' });
    await status(metadata.name, { phase: 'Starting' });
    expect(await rejected(change(metadata.name, { desiredState: 'Held' }))).toContain('only a queued run can be held');
    await change(metadata.name, { desiredState: 'Paused' });
  });

  test('requires a window that can be open', async () => {
    const [early, late] = ['2026-06-01T23:00:00+01:00', '2026-06-01T22:00:01Z'];
    await submit(namespace, 'satp1', { window: { notBefore: early, notAfter: late } });
    await submit(namespace, 'satp1', { window: { notAfter: late } });
    for (const window of [
      { notBefore: late, notAfter: early },
      { notBefore: late, notAfter: late },
    ]) {
      expect(await rejected(submit(namespace, 'satp1', { window }))).toContain('notAfter must be later than notBefore');
    }
  });

  test.each(['05:10', '2026-06-01', '2026-06-01T22:00:00', '2026-06-01 22:00:00Z', '2026-13-01T22:00:00Z'])(
    'rejects the time %s',
    async (notBefore) => {
      expect(await rejected(submit(namespace, 'satp1', { window: { notBefore } }))).toContain('window.notBefore');
    },
  );

  test('accepts every change of desiredState except from Cancelled', async () => {
    const { metadata } = await submit(namespace, 'satp1');
    for (const desiredState of ['Running', 'Paused', 'Queued', 'Cancelled'])
      await change(metadata.name, { desiredState });
    for (const desiredState of ['Queued', 'Running', 'Paused']) {
      expect(await rejected(change(metadata.name, { desiredState }))).toContain('stays cancelled');
    }
    expect(await rejected(change(metadata.name, { desiredState: 'Sleeping' }))).toContain('desiredState');
  });

  test.each(FINAL_KUBERNETES_PHASES)('cannot change its phase after %s', async (phase) => {
    const { metadata } = await submit(namespace, 'satp1');
    await status(metadata.name, { phase: 'Running' });
    await status(metadata.name, { phase });
    await status(metadata.name, { phase, reason: 'a longer reason' });
    for (const other of KUBERNETES_PHASES.filter((other) => other !== phase)) {
      expect(await rejected(status(metadata.name, { phase: other }))).toContain('its outcome cannot change');
    }
    expect(await rejected(status(metadata.name, { phase: null }))).toContain('phase cannot be removed');
    expect(await rejected(status(metadata.name, null))).toContain('status cannot be removed');
  });

  test('cannot change its podUID', async () => {
    const { metadata } = await submit(namespace, 'satp1');
    await status(metadata.name, { podUID: 'one' });
    expect(await rejected(status(metadata.name, { podUID: 'two' }))).toContain('a run has only one pod');
    expect(await rejected(status(metadata.name, { podUID: null }))).toContain('a run has only one pod');
  });

  test('validates status.runner', async () => {
    const { metadata } = await submit(namespace, 'satp1');
    expect(await rejected(status(metadata.name, { runner: { connected: true, outcome: 'Cancelled' } }))).toContain(
      'outcome',
    );
    await status(metadata.name, { runner: { connected: true, paused: false, lastSeq: 4 }, position: { line: 3 } });
  });

  test('ignores spec in a status update, and status in a spec update', async () => {
    const { metadata } = await submit(namespace, 'satp1');
    await client.merge(RUNS, namespace, metadata.name, { status: { phase: 'Succeeded' } });
    await client.merge(RUNS, namespace, metadata.name, { spec: { desiredState: 'Cancelled' } }, 'status');
    const run = await client.get(RUNS, namespace, metadata.name);
    expect(run.status?.phase).toBeUndefined();
    expect(run.spec.desiredState).toBe('Queued');
  });

  test('can be selected by its sequencer', async () => {
    const { metadata } = await submit(namespace, 'elsewhere');
    const found = await client.list(RUNS, namespace, { fieldSelector: 'spec.sequencer=elsewhere' });
    expect(found.map((run) => run.metadata.name)).toEqual([metadata.name]);
  });
});

describe('a Sequencer', () => {
  test('gets defaults for missing fields', async () => {
    const created = await client.create(SEQUENCERS, namespace, {
      metadata: { name: 'plain' },
      spec: { runner: { image: 'x' } } as SequencerSpec,
    });
    expect(created.spec).toMatchObject({
      mode: 'Off',
      stopGraceSeconds: 300,
      history: { keepRuns: 50, ttlSecondsAfterFinished: 604_800 },
    });
  });

  test('needs no runner image', async () => {
    const created = await client.create(SEQUENCERS, namespace, {
      metadata: { name: 'only-a-mode' },
      spec: { mode: 'Queue' } as SequencerSpec,
    });
    expect(created.spec).toMatchObject({ mode: 'Queue', runner: { env: [], egress: [] } });
    expect(created.spec.runner.image).toBeUndefined();
  });

  test.each(['1sat', 'sat.p1', 'a'.repeat(31)])('rejects the name %s', async (name) => {
    expect(await rejected(makeSequencer(namespace, name))).toContain('metadata.name');
  });

  test('rejects an invalid address range and an invalid port', async () => {
    const egress = (range: object) =>
      makeSequencer(namespace, 'egress', { runner: { image: 'x', env: [], egress: [range as { cidr: string }] } });
    expect(await rejected(egress({ cidr: '10.10.0.0' }))).toContain('an address range');
    expect(await rejected(egress({ cidr: '10.10.0.0/24', ports: [0] }))).toContain('ports');
    await egress({ cidr: '10.10.0.0/24', ports: [8001] });
  });

  test('takes volumes, variables and user ids that the profile restricted allows, and no others', async () => {
    const runner = (more: object) =>
      makeSequencer(namespace, 'pods', { runner: { image: 'x', env: [], egress: [], ...more } });
    const volumes = (...list: object[]) => rejected(runner({ volumes: list }));
    expect(await volumes({ name: 'host', hostPath: { path: '/' } })).toContain('set exactly one of configMap, secret');
    expect(
      await volumes({ name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'x' } }] } }),
    ).toContain('set exactly one of');
    expect(await volumes({ name: 'a', secret: {}, configMap: {} })).toContain('set exactly one of');
    expect(await volumes({ name: 'work', emptyDir: {} })).toContain('choose another name');
    const volumeMounts = [{ name: 'a', mountPath: '/a' }];
    expect(await rejected(runner({ volumeMounts }))).toContain('each name must be that of one of the volumes');
    const at = (mountPath: string) =>
      rejected(runner({ volumes: [{ name: 'a', emptyDir: {} }], volumeMounts: [{ name: 'a', mountPath }] }));
    expect(await at('/work')).toContain('choose another path');
    expect(await at('/')).toContain('mountPath');
    expect(await rejected(runner({ securityContext: { runAsUser: 0 } }))).toContain('runAsUser');
    expect(await rejected(runner({ env: [{ name: 'A' }] }))).toContain('set either value or valueFrom');

    const all = {
      volumes: [{ name: 'scripts', persistentVolumeClaim: { claimName: 'scripts' } }],
      volumeMounts: [{ name: 'scripts', mountPath: '/work/scripts', readOnly: true }],
      env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
      envFrom: [{ configMapRef: { name: 'c' } }],
      securityContext: { runAsUser: 2000, supplementalGroups: [3000] },
      podLabels: { team: 'daq' },
      podAnnotations: { own: 'yes' },
    };
    expect((await runner(all)).spec.runner).toMatchObject(all);
    const unknown: object = { securityContext: { privileged: true, runAsNonRoot: false } };
    const { spec } = await makeSequencer(namespace, 'weak', {
      runner: { image: 'x', env: [], egress: [], ...unknown },
    });
    expect(spec.runner.securityContext).toEqual({});
  });

  test('keeps unknown fields of affinity and tolerations', async () => {
    const affinity = { nodeAffinity: { anything: [1, { at: 'all' }] } };
    const tolerations = [{ key: 'night', operator: 'Exists' }];
    const created = await makeSequencer(namespace, 'as-is', {
      runner: { image: 'x', env: [], egress: [], affinity, tolerations },
    });
    expect(created.spec.runner).toMatchObject({ affinity, tolerations });
  });
});
