/** The life cycle of runs, on a fake node that the test controls. `failures.test.ts` has what can go wrong. */
import { expect, test } from 'vitest';
import {
  CONFIG_MAPS,
  EVENTS,
  NETWORK_POLICIES,
  PODS,
  RUNS,
  SECRETS,
  SEQUENCERS,
} from '@sequencer/kubernetes/resources';
import { runOfToken } from '@sequencer/kubernetes/run-token';
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import { client, makeSequencer, until } from '@sequencer/testing/cluster/cluster';
import { useFakeNode } from '@sequencer/testing/cluster/fake-node-suite';
import { NOWHERE, outcome } from '@sequencer/testing/cluster/fake-node';
import { SETTINGS } from '@sequencer/testing/cluster/operators';

const { namespace, node, sequencer, start, inPhase, reasonOf, changeRun, getSequencer } = useFakeNode({
  runnerImage: { image: 'localhost/of-the-operator:1', pullPolicy: undefined, pullSecrets: [] },
});

/** The reasons of the events of an object. */
async function eventsOf(of: string): Promise<string[]> {
  const events = await client.list(EVENTS, namespace, { fieldSelector: `involvedObject.name=${of}` });
  return events.map(({ reason }) => reason);
}

test('creates the Secret, the network policy and the pod of a run, and records its outcome', async () => {
  const name = await sequencer({ ocs: { configMap: 'ocs' } }, { egress: [{ cidr: '10.10.0.0/24', ports: [8001] }] });
  await client.create(CONFIG_MAPS, namespace, { metadata: { name: 'ocs' }, data: { 'default.yaml': 'hub: {}' } });
  const run = await start(name, { script: 'print("hello")\n', title: 'a scan', arguments: ['--fast'] });
  await node.running(namespace, run);
  const { status, metadata } = await inPhase(run, 'Running');
  expect(status).toMatchObject({ podName: run, place: 1, submittedBy: 'kubectl' });

  const pod = await client.get(PODS, namespace, run);
  expect(pod.metadata.ownerReferences).toMatchObject([{ uid: metadata.uid, controller: true }]);
  expect(pod.metadata.finalizers).toEqual(['sequencer.dev/outcome']);
  expect(pod.spec).toMatchObject({
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    hostname: `daq-${name}-sequencer`,
    terminationGracePeriodSeconds: 315,
  });
  const secret = await client.get(SECRETS, namespace, run);
  const file = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
  expect(file('script.py')).toBe('print("hello")\n');
  expect(JSON.parse(file('options.json'))).toMatchObject({ run: metadata.uid, title: 'a scan', arguments: ['--fast'] });
  expect(runOfToken([SETTINGS.runTokenKey], file('token'))).toBe(metadata.uid);
  expect(runOfToken(['another key that is also 32 characters long'], file('token'))).toBeNull();
  const policy = await client.get(NETWORK_POLICIES, namespace, `${name}-runner`);
  expect(policy.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
  expect(JSON.stringify(policy.spec)).toContain('10.10.0.0/24');
  expect((await getSequencer(name)).status).toMatchObject({
    activeRun: { name: run, uid: metadata.uid },
    queueLength: 0,
  });

  await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'All statements are done.'));
  const ended = await inPhase(run, 'Succeeded');
  expect(ended.status).toMatchObject({ exitCode: 0, reason: 'All statements are done.' });
  expect(ended.status?.finishedAt).toBeDefined();
  await until('the sequencer is released', async () => (await getSequencer(name)).status?.activeRun === undefined);
  expect((await getSequencer(name)).status?.hold).toBeUndefined();
  await until('the Secret is deleted', async () => (await client.find(SECRETS, namespace, run)) === null);
  await until('the finalizer is removed', async () => !(await client.get(PODS, namespace, run)).metadata.finalizers);
  await until('there are the events of the run', async () => {
    expect(await eventsOf(run)).toEqual(expect.arrayContaining(['Claimed', 'Started', 'Running', 'Succeeded']));
    return true;
  });
});

test('labels a run of kubectl with its sequencer, also after somebody has changed the label', async () => {
  const name = await sequencer({ mode: 'Off' });
  const run = await start(name);
  const labelled = () =>
    until(`${run} is found by its label`, async () => {
      const found = await client.list(RUNS, namespace, { labelSelector: `sequencer.dev/sequencer=${name}` });
      return found.some(({ metadata }) => metadata.name === run);
    });
  await labelled();
  await client.merge(RUNS, namespace, run, { metadata: { labels: { 'sequencer.dev/sequencer': 'other', mine: 'x' } } });
  await labelled();
  expect((await client.get(RUNS, namespace, run)).metadata.labels).toMatchObject({ mine: 'x' });
});

test('starts runs one at a time in the order of submission, and moved runs where they were moved', async () => {
  const name = await sequencer();
  const runs: string[] = [];
  // Several in each second, so that creation timestamps do not determine the order.
  for (let i = 0; i < 6; i++) runs.push(await start(name));
  const [first = '', second = '', third = '', fourth = '', fifth = '', sixth = ''] = runs;
  await until('all have a place', async () => (await client.get(RUNS, namespace, sixth)).status?.place === 6);
  await client.merge(RUNS, namespace, sixth, { metadata: { annotations: { 'sequencer.dev/place': '1.5' } } });
  await client.merge(RUNS, namespace, fifth, { spec: { desiredState: 'Cancelled' } });
  await inPhase(fifth, 'Cancelled');
  for (const run of [first, sixth, second, third, fourth]) {
    await node.running(namespace, run);
    await inPhase(run, 'Running');
    const pods = await client.list(PODS, namespace, { labelSelector: `sequencer.dev/sequencer=${name}` });
    expect(pods.filter(({ status }) => status?.phase !== 'Succeeded').map(({ metadata }) => metadata.name)).toEqual([
      run,
    ]);
    await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'Done.'));
    await inPhase(run, 'Succeeded');
  }
});

test('starts only runs with desiredState Running in mode Off', async () => {
  const name = await sequencer({ mode: 'Off' });
  const queued = await start(name);
  await reasonOf(queued, /mode of .* is Off/);
  const requested = await start(name, { desiredState: 'Running' });
  await node.running(namespace, requested);
  expect((await client.get(RUNS, namespace, queued)).status?.phase).toBe('Queued');
  await node.ended(namespace, requested, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(requested, 'Succeeded');
  expect(await client.find(PODS, namespace, queued)).toBeNull();
  await client.merge(SEQUENCERS, namespace, name, { spec: { mode: 'Queue' } });
  await node.running(namespace, queued);
});

test('holds the queue after a failure, with a reason, until resumeAfter has the name of the run', async () => {
  const name = await sequencer();
  const failed = await start(name);
  await node.running(namespace, failed);
  const next = await start(name);
  const requested = await start(name, { desiredState: 'Running' });
  await until('both are queued', async () => (await getSequencer(name)).status?.queueLength === 2);
  await node.ended(namespace, failed, 1, outcome('FAILED', 1, "KeyError: 'az'"));
  expect((await inPhase(failed, 'Failed')).status).toMatchObject({ exitCode: 1, reason: "KeyError: 'az'" });
  const held = await until('the queue is held', async () => {
    const { status } = await getSequencer(name);
    return status?.hold && status.activeRun === undefined ? status : null;
  });
  expect(held).toMatchObject({ mode: 'Off', hold: { run: failed, outcome: 'Failed' } });
  expect(held.reason).toContain(`"resumeAfter":"${failed}"`);
  await reasonOf(next, /^Queue held: run \S+ /);
  await reasonOf(requested, /^Queue held: run \S+ /);

  // A run that is requested during the hold starts. Its success does not release the hold.
  const later = await start(name, { desiredState: 'Running' });
  await node.running(namespace, later);
  await node.ended(namespace, later, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(later, 'Succeeded');
  // A run that is requested again starts, too.
  await changeRun(requested, { desiredState: 'Queued' });
  await changeRun(requested, { desiredState: 'Running' });
  await node.running(namespace, requested);
  await node.ended(namespace, requested, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(requested, 'Succeeded');
  expect(await client.find(PODS, namespace, next)).toBeNull();

  await client.merge(SEQUENCERS, namespace, name, { spec: { resumeAfter: failed } });
  await node.running(namespace, next);
  expect((await getSequencer(name)).status).not.toHaveProperty('hold');
  expect((await eventsOf(name)).filter((reason) => reason === 'Held')).toHaveLength(1);
});

test('does not hold the queue after a script that the runner refused', async () => {
  const name = await sequencer();
  const refused = await start(name);
  const next = await start(name);
  await node.running(namespace, refused);
  const reason = "line 1: '(' was never closed";
  await node.ended(namespace, refused, 1, outcome('FAILED', 1, reason, { refused: 'SYNTAX_ERROR' }));
  expect((await inPhase(refused, 'Failed')).status).toMatchObject({ reason, refused: true });
  await node.running(namespace, next);
  expect((await getSequencer(name)).status).not.toHaveProperty('hold');
  // The telescope is not configured: the next script would fail as well.
  await node.ended(namespace, next, 1, outcome('FAILED', 1, 'no hub', { refused: 'OCS_CONFIG_MISSING' }));
  await until('the queue is held', async () => (await getSequencer(name)).status?.hold);
});

test('holds the queue again when another run with the name in resumeAfter fails', async () => {
  const name = await sequencer();
  const fail = async () => {
    const { metadata } = await client.create(RUNS, namespace, {
      metadata: { name: 'nightly' },
      spec: { sequencer: name, script: 'print(1)\n' },
    } as never);
    await node.running(namespace, 'nightly');
    await node.ended(namespace, 'nightly', 1, outcome('FAILED', 1, 'KeyError'));
    await inPhase('nightly', 'Failed');
    const { hold, reason } = await until('the queue is held', async () => {
      const { status } = await getSequencer(name);
      return status?.hold?.uid === metadata.uid ? status : null;
    });
    await client.remove(RUNS, namespace, metadata);
    await until('the run is deleted', async () => (await client.find(RUNS, namespace, 'nightly')) === null);
    return { uid: metadata.uid, resume: hold?.resume, reason };
  };
  const resume = async (resumeAfter = '') => {
    await client.merge(SEQUENCERS, namespace, name, { spec: { resumeAfter } });
    await until('the queue is resumed', async () => (await getSequencer(name)).status?.mode === 'Queue');
  };
  expect((await fail()).resume).toBe('nightly');
  await resume('nightly');
  const second = await fail();
  expect(second.resume).toBe(second.uid);
  expect(second.reason).toContain(`"resumeAfter":"${second.uid}"`);
  await resume(second.resume);
  expect((await fail()).resume).toBe('nightly');
});

test('cancels and deletes a queued run immediately', async () => {
  const name = await sequencer({ mode: 'Off' });
  const [one, other] = [await start(name), await start(name)];
  await reasonOf(one, /Off/);
  await changeRun(one, { desiredState: 'Cancelled' });
  expect((await inPhase(one, 'Cancelled')).status?.podName).toBeUndefined();
  await client.remove(RUNS, namespace, (await client.get(RUNS, namespace, other)).metadata);
  await until('the run is deleted', async () => (await client.find(RUNS, namespace, other)) === null);
  expect((await getSequencer(name)).status?.hold).toBeUndefined();
});

test('deletes the pod of a cancelled run with its grace period, and records the outcome of the script', async () => {
  const name = await sequencer({ stopGraceSeconds: 20 });
  const run = await start(name);
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  await changeRun(run, { desiredState: 'Cancelled' });
  await inPhase(run, 'Stopping');
  const { metadata } = await client.get(PODS, namespace, run);
  expect(metadata.deletionGracePeriodSeconds).toBe(35);
  expect((await getSequencer(name)).status?.activeRun?.name).toBe(run);
  await node.ended(namespace, run, 130, outcome('INTERRUPTED', 130, 'Interrupted.'), 'Error');
  const { status } = await inPhase(run, 'Interrupted');
  expect(status?.reason).toBe('Interrupted. The run was cancelled.');
  expect((await until('the queue is held', async () => (await getSequencer(name)).status?.hold)).run).toBe(run);
});

test('stops the script of a deleted run before its objects are deleted', async () => {
  const name = await sequencer();
  const run = await start(name);
  await node.running(namespace, run);
  const { metadata } = await inPhase(run, 'Running');
  await client.remove(RUNS, namespace, metadata);
  await inPhase(run, 'Stopping');
  await node.ended(namespace, run, 130, outcome('INTERRUPTED', 130, 'Interrupted.'), 'Error');
  await until('the run is deleted', async () => (await client.find(RUNS, namespace, run)) === null);
  await until('the pod is deleted', async () => (await client.find(PODS, namespace, run)) === null);
  expect((await getSequencer(name)).status).toMatchObject({ hold: { run, outcome: 'Interrupted' } });
});

test('records the outcome that the API reports, while the pod still runs', async () => {
  const name = await sequencer();
  const run = await start(name);
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  const report = (runner: object) => client.merge(RUNS, namespace, run, { status: { runner } }, 'status');
  await report({ connected: true, paused: true });
  const paused = await inPhase(run, 'Paused');
  expect(paused.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'RunnerConnected', status: 'True' }),
  );
  await report({ connected: true, paused: false });
  await inPhase(run, 'Running');
  await report({ connected: false, outcome: 'Succeeded', exitCode: 0, reason: 'All statements are done.' });
  expect((await inPhase(run, 'Succeeded')).status).toMatchObject({ exitCode: 0, reason: 'All statements are done.' });
  const next = await start(name);
  await node.running(namespace, next);
  const ended = await inPhase(run, 'Succeeded');
  const conditions = Object.fromEntries((ended.status?.conditions ?? []).map(({ type, status }) => [type, status]));
  expect(conditions).toMatchObject({ Finished: 'True', Succeeded: 'True', RunnerConnected: 'False' });
  expect(ended.status?.duration).toMatch(/^\d+s$/);
  // The later end of the pod changes nothing.
  await node.ended(namespace, run, 1, outcome('FAILED', 1, 'Something else.'), 'Error');
  await until('the finalizer is removed', async () => !(await client.get(PODS, namespace, run)).metadata.finalizers);
  expect((await client.get(RUNS, namespace, run)).status?.phase).toBe('Succeeded');
});

test('reports conditions of the current generation, also of an ended run whose spec is changed', async () => {
  const name = await sequencer();
  const run = await start(name);
  await node.running(namespace, run);
  const running = await inPhase(run, 'Running');
  expect(running.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Succeeded', status: 'Unknown', reason: 'Running', observedGeneration: 1 }),
  );
  await node.ended(namespace, run, 1, outcome('FAILED', 1, 'No beam.'), 'Error');
  await inPhase(run, 'Failed');
  await client.merge(RUNS, namespace, run, { spec: { desiredState: 'Cancelled' } });
  const changed = await until('the change is observed', async () => {
    const { status, metadata } = await client.get(RUNS, namespace, run);
    return status?.observedGeneration === metadata.generation && metadata.generation === 2 ? status : null;
  });
  expect(changed.phase).toBe('Failed');
  expect(changed.conditions).toContainEqual(
    expect.objectContaining({ type: 'Succeeded', status: 'False', message: 'No beam.', observedGeneration: 2 }),
  );
  await until('the sequencer has its conditions', async () => {
    const held = (await getSequencer(name)).status?.conditions;
    expect(held).toContainEqual(expect.objectContaining({ type: 'Held', status: 'True', reason: 'Failed' }));
    expect(held).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    return true;
  });
});

test('is not Ready without the ConfigMap of OCS, and Ready once it exists', { timeout: 60_000 }, async () => {
  const name = await sequencer({ ocs: { configMap: 'missing-ocs' } });
  const ready = (status: 'True' | 'False') =>
    until(`Ready is ${status}`, async () =>
      (await getSequencer(name)).status?.conditions?.find((one) => one.type === 'Ready' && one.status === status),
    );
  expect(await ready('False')).toMatchObject({
    reason: 'OcsConfigMissing',
    message: expect.stringContaining('Create it with default.yaml and sorunlib.yaml.') as unknown,
  });
  await client.create(CONFIG_MAPS, namespace, { metadata: { name: 'missing-ocs' }, data: {} });
  await ready('True');
  await client.merge(SEQUENCERS, namespace, name, { spec: { stopGraceSeconds: 299 } });
  await until('Ready is of the changed spec', async () =>
    (await getSequencer(name)).status?.conditions?.find(
      ({ type, status, observedGeneration }) => type === 'Ready' && status === 'True' && observedGeneration === 2,
    ),
  );
});

test('stops a run that exceeds its timeout', async () => {
  const name = await sequencer();
  const run = await start(name, { timeoutSeconds: 2 });
  await node.running(namespace, run);
  await reasonOf(run, /exceeded its timeoutSeconds \(2\)/);
  await node.ended(namespace, run, 130, outcome('INTERRUPTED', 130, 'Interrupted.'), 'Error');
  expect((await inPhase(run, 'Interrupted')).status?.reason).toMatch(/exceeded its timeoutSeconds/);
});

test('reads the script from a ConfigMap when the run starts, and waits until the ConfigMap exists', async () => {
  const name = await sequencer();
  const run = await start(name, { scriptFrom: { configMapKeyRef: { name: 'tonight', key: 'schedule.py' } } });
  await reasonOf(run, /no ConfigMap named tonight/);
  await client.create(CONFIG_MAPS, namespace, { metadata: { name: 'tonight' }, data: { 'schedule.py': 'print(7)\n' } });
  await node.running(namespace, run);
  const secret = await client.get(SECRETS, namespace, run);
  expect(Buffer.from(secret.data?.['script.py'] ?? '', 'base64').toString()).toBe('print(7)\n');
});

test('explains that the sequencer does not exist, and starts the run once it does', async () => {
  const run = await start('later');
  await reasonOf(run, /no Sequencer named later/);
  await makeSequencer(namespace, 'later', { runner: { image: 'x', env: [], egress: [], nodeSelector: NOWHERE } });
  await node.running(namespace, run);
});

test('deletes the oldest ended runs above keepRuns', async () => {
  const name = await sequencer({ history: { keepRuns: 2, ttlSecondsAfterFinished: 604_800 } });
  const runs: string[] = [];
  for (let i = 0; i < 4; i++) {
    const run = await start(name);
    runs.push(run);
    await changeRun(run, { desiredState: 'Cancelled' });
    await inPhase(run, 'Cancelled').catch(() => undefined);
  }
  await until('two are left', async () => {
    const left = await client.list(RUNS, namespace, { fieldSelector: `spec.sequencer=${name}` });
    return left.length === 2;
  });
});

test('keeps fewer pods than ended runs', async () => {
  const name = await sequencer({ history: { keepRuns: 50, keepPods: 1, ttlSecondsAfterFinished: 604_800 } });
  const runs: string[] = [];
  for (let i = 0; i < 3; i++) {
    const run = await start(name);
    runs.push(run);
    await node.running(namespace, run);
    await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'All statements are done.'));
    await inPhase(run, 'Succeeded');
  }
  await until('one pod is left, that of the last run', async () => {
    const pods = await client.list(PODS, namespace, { labelSelector: `sequencer.dev/sequencer=${name}` });
    return pods.length === 1 && pods[0]?.metadata.name === runs[2];
  });
  const left = await client.list(RUNS, namespace, { fieldSelector: `spec.sequencer=${name}` });
  expect(left.map(({ status }) => status?.phase)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
});

test('deletes ended runs after ttlSecondsAfterFinished', async () => {
  const name = await sequencer({ mode: 'Off', history: { keepRuns: 9, ttlSecondsAfterFinished: 2 } });
  const run = await start(name);
  await changeRun(run, { desiredState: 'Cancelled' });
  await until('the run is deleted', async () => (await client.find(RUNS, namespace, run)) === null);
});

test('runs a script in the image of the operator on a sequencer with only a mode', async () => {
  await client.create(SEQUENCERS, namespace, {
    metadata: { name: 'only-a-mode' },
    spec: { mode: 'Queue' } as SequencerSpec,
  });
  const run = await start('only-a-mode');
  const image = async () => {
    const { spec } = await client.get(PODS, namespace, run);
    return (spec as { containers: { image: string }[] }).containers[0]?.image;
  };
  await until('the pod has the image', async () => (await image()) === 'localhost/of-the-operator:1');
});
