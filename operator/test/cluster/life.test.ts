/** The life of runs, with pods whose node is the test. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CONFIG_MAPS,
  EVENTS,
  NETWORK_POLICIES,
  PODS,
  RUNS,
  SECRETS,
  SEQUENCERS,
  type Resource,
} from '@sequencer/kubernetes/resources';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { runOfToken } from '@sequencer/kubernetes/run-token';
import type { RunSpec, SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import type { PhaseWord } from '@sequencer/model/kubernetes/words';
import {
  client,
  dropNamespace,
  inPhase as reach,
  makeNamespace,
  makeSequencer,
  submit,
  until,
} from '@sequencer/testing/cluster/cluster';
import { FakeNode, NOWHERE, container, outcome, say } from '@sequencer/testing/cluster/fake-node';
import { SETTINGS, startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';

let namespace: string;
let operator: RunningOperator;
const node = new FakeNode();
let names = 0;

beforeAll(async () => {
  namespace = await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  await node.add();
  const runnerImage = { image: 'localhost/of-the-operator:1', pullPolicy: undefined, pullSecrets: [] };
  operator = await startOperator(namespace, { runnerImage });
});
afterAll(async () => {
  await operator.stop();
  await node.remove();
  await dropNamespace(namespace);
});

/** A sequencer of the test's own. */
async function sequencer(
  spec: Partial<SequencerSpec> = {},
  runner: Partial<SequencerSpec['runner']> = {},
): Promise<string> {
  names += 1;
  const name = `seq${String(names)}`;
  await makeSequencer(namespace, name, {
    ...spec,
    runner: { image: 'localhost/none:1', env: [], egress: [], nodeSelector: NOWHERE, ...runner },
  });
  return name;
}

async function start(name: string, spec: Partial<RunSpec> = {}): Promise<string> {
  return (await submit(namespace, name, spec)).metadata.name;
}

const inPhase = (run: string, phase: PhaseWord) => reach(namespace, run, phase);

function reasonOf(run: string, pattern: RegExp): Promise<SequencerRun> {
  return until(`${run} says ${String(pattern)}`, async () => {
    const found = await client.get(RUNS, namespace, run);
    if (pattern.test(found.status?.reason ?? '')) return found;
    throw new Error(JSON.stringify(found.status));
  });
}

const change = (run: string, spec: object) => client.merge(RUNS, namespace, run, { spec });
const seat = (name: string) => client.get(SEQUENCERS, namespace, name);

async function story(of: string): Promise<string[]> {
  const events = await client.list(EVENTS, namespace, { fieldSelector: `involvedObject.name=${of}` });
  return events.map(({ reason }) => reason);
}

test('a run gets its Secret, its network policy and its pod, runs, and ends', async () => {
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
  expect(runOfToken(SETTINGS.runTokenKey, file('token'))).toBe(metadata.uid);
  expect(runOfToken('another key that is also 32 characters long', file('token'))).toBeNull();
  const policy = await client.get(NETWORK_POLICIES, namespace, `sequencer-${name}`);
  expect(policy.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
  expect(JSON.stringify(policy.spec)).toContain('10.10.0.0/24');
  expect((await seat(name)).status).toMatchObject({ activeRun: { name: run, uid: metadata.uid }, queueLength: 0 });

  await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'All statements are done.'));
  const ended = await inPhase(run, 'Succeeded');
  expect(ended.status).toMatchObject({ exitCode: 0, reason: 'All statements are done.' });
  expect(ended.status?.finishedAt).toBeDefined();
  await until('the sequencer is free', async () => (await seat(name)).status?.activeRun === undefined);
  expect((await seat(name)).status?.hold).toBeUndefined();
  await until('the Secret is gone', async () => (await client.find(SECRETS, namespace, run)) === null);
  await until('the pod may go', async () => !(await client.get(PODS, namespace, run)).metadata.finalizers);
  expect(await story(run)).toEqual(expect.arrayContaining(['Claimed', 'Started', 'Running', 'Succeeded']));
});

test('the queue goes in order of submission, one at a time; moved runs first', async () => {
  const name = await sequencer();
  const runs: string[] = [];
  // More than one in each second: the times of objects do not tell their order.
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

test('mode Off starts only what was asked to run', async () => {
  const name = await sequencer({ mode: 'Off' });
  const waits = await start(name);
  await reasonOf(waits, /mode of .* is Off/);
  const asked = await start(name, { desiredState: 'Running' });
  await node.running(namespace, asked);
  expect((await client.get(RUNS, namespace, waits)).status?.phase).toBe('Queued');
  await node.ended(namespace, asked, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(asked, 'Succeeded');
  expect(await client.find(PODS, namespace, waits)).toBeNull();
  await client.merge(SEQUENCERS, namespace, name, { spec: { mode: 'Queue' } });
  await node.running(namespace, waits);
});

test('after a bad end the queue is held, with words, until a person resumes it by name', async () => {
  const name = await sequencer();
  const bad = await start(name);
  await node.running(namespace, bad);
  const next = await start(name);
  const asked = await start(name, { desiredState: 'Running' });
  await until('they wait', async () => (await seat(name)).status?.queueLength === 2);
  await node.ended(namespace, bad, 1, outcome('FAILED', 1, "KeyError: 'az'"));
  expect((await inPhase(bad, 'Failed')).status).toMatchObject({ exitCode: 1, reason: "KeyError: 'az'" });
  const held = await until('it is held', async () => {
    const { status } = await seat(name);
    return status?.hold && status.activeRun === undefined ? status : null;
  });
  expect(held).toMatchObject({ mode: 'Off', hold: { run: bad, outcome: 'Failed' } });
  expect(held.reason).toContain(`"resumeAfter":"${bad}"`);
  await reasonOf(next, /^Queue held: run \S+ /);
  await reasonOf(asked, /^Queue held: run \S+ /);

  // What is asked for from now on starts, and a good end does not lift the hold.
  const later = await start(name, { desiredState: 'Running' });
  await node.running(namespace, later);
  await node.ended(namespace, later, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(later, 'Succeeded');
  // So does what is asked for again.
  await change(asked, { desiredState: 'Queued' });
  await change(asked, { desiredState: 'Running' });
  await node.running(namespace, asked);
  await node.ended(namespace, asked, 0, outcome('SUCCEEDED', 0, 'Done.'));
  await inPhase(asked, 'Succeeded');
  expect(await client.find(PODS, namespace, next)).toBeNull();

  await client.merge(SEQUENCERS, namespace, name, { spec: { resumeAfter: bad } });
  await node.running(namespace, next);
  expect((await seat(name)).status).not.toHaveProperty('hold');
  expect((await story(name)).filter((reason) => reason === 'Held')).toHaveLength(1);
});

test('a name that the queue went on after once holds it again, when another run of that name ends badly', async () => {
  const name = await sequencer();
  const fail = async () => {
    const { metadata } = await client.create(RUNS, namespace, {
      metadata: { name: 'nightly' },
      spec: { sequencer: name, script: 'print(1)\n' },
    } as never);
    await node.running(namespace, 'nightly');
    await node.ended(namespace, 'nightly', 1, outcome('FAILED', 1, 'KeyError'));
    await inPhase('nightly', 'Failed');
    const { hold, reason } = await until('it is held', async () => {
      const { status } = await seat(name);
      return status?.hold?.uid === metadata.uid ? status : null;
    });
    await client.remove(RUNS, namespace, metadata);
    await until('it is gone', async () => (await client.find(RUNS, namespace, 'nightly')) === null);
    return { uid: metadata.uid, resume: hold?.resume, reason };
  };
  const goOn = async (word = '') => {
    await client.merge(SEQUENCERS, namespace, name, { spec: { resumeAfter: word } });
    await until('it goes on', async () => (await seat(name)).status?.mode === 'Queue');
  };
  expect((await fail()).resume).toBe('nightly');
  await goOn('nightly');
  const second = await fail();
  expect(second.resume).toBe(second.uid);
  expect(second.reason).toContain(`"resumeAfter":"${second.uid}"`);
  await goOn(second.resume);
  expect((await fail()).resume).toBe('nightly');
});

test('a waiting run is cancelled, or deleted, at once', async () => {
  const name = await sequencer({ mode: 'Off' });
  const [one, other] = [await start(name), await start(name)];
  await reasonOf(one, /Off/);
  await change(one, { desiredState: 'Cancelled' });
  expect((await inPhase(one, 'Cancelled')).status?.podName).toBeUndefined();
  await client.remove(RUNS, namespace, (await client.get(RUNS, namespace, other)).metadata);
  await until('it is gone', async () => (await client.find(RUNS, namespace, other)) === null);
  expect((await seat(name)).status?.hold).toBeUndefined();
});

test('cancelling a running run stops its pod with its grace, and tells the outcome of the script', async () => {
  const name = await sequencer({ stopGraceSeconds: 20 });
  const run = await start(name);
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  await change(run, { desiredState: 'Cancelled' });
  await inPhase(run, 'Stopping');
  const { metadata } = await client.get(PODS, namespace, run);
  expect(metadata.deletionGracePeriodSeconds).toBe(35);
  expect((await seat(name)).status?.activeRun?.name).toBe(run);
  await node.ended(namespace, run, 130, outcome('INTERRUPTED', 130, 'Interrupted.'), 'Error');
  const { status } = await inPhase(run, 'Interrupted');
  expect(status?.reason).toBe('Interrupted. The run was cancelled.');
  expect((await until('it is held', async () => (await seat(name)).status?.hold)).run).toBe(run);
});

test('deleting a running run runs the stop ladder first; nothing is left', async () => {
  const name = await sequencer();
  const run = await start(name);
  await node.running(namespace, run);
  const { metadata } = await inPhase(run, 'Running');
  await client.remove(RUNS, namespace, metadata);
  await inPhase(run, 'Stopping');
  await node.ended(namespace, run, 130, outcome('INTERRUPTED', 130, 'Interrupted.'), 'Error');
  await until('the run is gone', async () => (await client.find(RUNS, namespace, run)) === null);
  await until('its pod is gone', async () => (await client.find(PODS, namespace, run)) === null);
  expect((await seat(name)).status).toMatchObject({ hold: { run, outcome: 'Interrupted' } });
});

test('what the API tells of the runner is enough: the pod may linger', async () => {
  const name = await sequencer();
  const run = await start(name);
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  const tell = (runner: object) => client.merge(RUNS, namespace, run, { status: { runner } }, 'status');
  await tell({ connected: true, paused: true });
  const paused = await inPhase(run, 'Paused');
  expect(paused.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'RunnerConnected', status: 'True' }),
  );
  await tell({ connected: true, paused: false });
  await inPhase(run, 'Running');
  await tell({ connected: false, outcome: 'Succeeded', exitCode: 0, reason: 'All statements are done.' });
  expect((await inPhase(run, 'Succeeded')).status).toMatchObject({ exitCode: 0, reason: 'All statements are done.' });
  const next = await start(name);
  await node.running(namespace, next);
  // The end of the pod changes nothing any more.
  await node.ended(namespace, run, 1, outcome('FAILED', 1, 'Something else.'), 'Error');
  await until('the pod may go', async () => !(await client.get(PODS, namespace, run)).metadata.finalizers);
  expect((await client.get(RUNS, namespace, run)).status?.phase).toBe('Succeeded');
});

test('a run that takes longer than its timeout is stopped', async () => {
  const name = await sequencer();
  const run = await start(name, { timeoutSeconds: 2 });
  await node.running(namespace, run);
  await reasonOf(run, /exceeded its timeoutSeconds \(2\)/);
  await node.ended(namespace, run, 130, outcome('INTERRUPTED', 130, 'Interrupted.'), 'Error');
  expect((await inPhase(run, 'Interrupted')).status?.reason).toMatch(/exceeded its timeoutSeconds/);
});

test('a script from a ConfigMap is taken when its turn comes; until it is there, the run says so', async () => {
  const name = await sequencer();
  const run = await start(name, { scriptFrom: { configMapKeyRef: { name: 'tonight', key: 'schedule.py' } } });
  await reasonOf(run, /no ConfigMap named tonight/);
  await client.create(CONFIG_MAPS, namespace, { metadata: { name: 'tonight' }, data: { 'schedule.py': 'print(7)\n' } });
  await node.running(namespace, run);
  const secret = await client.get(SECRETS, namespace, run);
  expect(Buffer.from(secret.data?.['script.py'] ?? '', 'base64').toString()).toBe('print(7)\n');
});

test('a run of an unknown sequencer says so, and starts once there is one', async () => {
  const run = await start('later');
  await reasonOf(run, /no Sequencer named later/);
  await makeSequencer(namespace, 'later', { runner: { image: 'x', env: [], egress: [], nodeSelector: NOWHERE } });
  await node.running(namespace, run);
});

test('ended runs are deleted when they are too many', async () => {
  const name = await sequencer({ history: { keepRuns: 2, ttlSecondsAfterFinished: 604_800 } });
  const runs: string[] = [];
  for (let i = 0; i < 4; i++) {
    const run = await start(name);
    runs.push(run);
    await change(run, { desiredState: 'Cancelled' });
    await inPhase(run, 'Cancelled').catch(() => undefined);
  }
  await until('two are left', async () => {
    const left = await client.list(RUNS, namespace, { fieldSelector: `spec.sequencer=${name}` });
    return left.length === 2;
  });
});

test('ended runs are deleted when they are too old', async () => {
  const name = await sequencer({ mode: 'Off', history: { keepRuns: 9, ttlSecondsAfterFinished: 2 } });
  const run = await start(name);
  await change(run, { desiredState: 'Cancelled' });
  await until('it is gone', async () => (await client.find(RUNS, namespace, run)) === null);
});

/* ---- what can go wrong --------------------------------------------------------------------------------------------- */

test('without a node that takes it, the run says so', async () => {
  const run = await start(await sequencer());
  await until('it has a pod', () => client.find(PODS, namespace, run));
  const message = '0/1 nodes are available: 1 Insufficient memory.';
  await say(namespace, run, {
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
  });
  const { status } = await reasonOf(run, /The pod cannot be scheduled: 0\/1 nodes/);
  expect(status?.phase).toBe('Starting');
  await change(run, { desiredState: 'Cancelled' });
  await inPhase(run, 'Cancelled');
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

test('an image that cannot be pulled is told, and waited for', async () => {
  const run = await start(await sequencer());
  await node.take(namespace, run);
  await say(
    namespace,
    run,
    container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } }),
  );
  await reasonOf(run, /The image cannot be pulled: Back-off pulling image "x"\. Check spec.runner.image/);
  await say(namespace, run, { phase: 'Running', ...container({ running: { startedAt: '2026-11-24T20:00:00Z' } }) });
  expect((await inPhase(run, 'Running')).status?.reason).toBe('The script is running.');
});

test.each([
  {
    what: 'out of memory',
    end: { exitCode: 137, reason: 'OOMKilled', message: '' },
    status: {},
    phase: 'Killed',
    words: /more memory than its limit/,
  },
  {
    what: 'evicted',
    end: { exitCode: 137, reason: 'Error', message: '' },
    status: { reason: 'Evicted', message: 'The node was low on resource: memory.' },
    phase: 'Killed',
    words: /evicted the pod: The node was low on resource/,
  },
  {
    what: 'a supervisor that crashed',
    end: { exitCode: 1, reason: 'Error', message: '' },
    status: {},
    phase: 'Lost',
    words: /ended with exit code 1 and did not report/,
  },
  {
    what: 'a command that is not in the image',
    end: { exitCode: 128, reason: 'StartError', message: 'exec: "sequencer-runner-pod": not found' },
    status: {},
    phase: 'Failed',
    words: /could not start: exec: "sequencer-runner-pod"/,
  },
  {
    what: 'a script that was killed for memory, as the supervisor says',
    end: { exitCode: 0, reason: 'OOMKilled', message: outcome('KILLED', 137, 'Killed from outside.') },
    status: {},
    phase: 'Killed',
    words: /more memory than its limit/,
  },
] as const)('the end is told in words: $what', async ({ end, status, phase, words }) => {
  const run = await start(await sequencer());
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  const times = { startedAt: '2026-11-24T20:00:00Z', finishedAt: '2026-11-24T20:01:00Z' };
  await say(namespace, run, { phase: 'Failed', ...status, ...container({ terminated: { ...end, ...times } }) });
  expect((await inPhase(run, phase)).status?.reason).toMatch(words);
});

test('a node that refuses the pod', async () => {
  const run = await start(await sequencer());
  await node.take(namespace, run);
  await say(namespace, run, { phase: 'Failed', reason: 'OutOfcpu', message: 'Node did not have enough resource' });
  expect((await inPhase(run, 'Failed')).status?.reason).toMatch(/rejected the pod: OutOfcpu/);
});

test('a node that is gone: the run is lost once that is certain, and the queue is held', async () => {
  const lost = new FakeNode();
  await lost.add();
  const name = await sequencer();
  const run = await start(name);
  await lost.running(namespace, run);
  await inPhase(run, 'Running');
  await lost.remove();
  // What the pod garbage collector does after a while: it says so, and deletes the pod by force.
  const conditions = [
    { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'node not found' },
  ];
  await say(namespace, run, { phase: 'Failed', conditions });
  const { metadata } = await client.get(PODS, namespace, run);
  await client.remove(PODS, namespace, metadata, { gracePeriodSeconds: 0 });
  expect((await inPhase(run, 'Lost')).status?.reason).toMatch(/how the script ended is unknown/);
  expect((await until('it is held', async () => (await seat(name)).status?.hold)).outcome).toBe('Lost');
});

test('a pod that was removed by force, finalizer and all, makes its run lost; it is not started again', async () => {
  const run = await start(await sequencer());
  await node.running(namespace, run);
  await inPhase(run, 'Running');
  const { metadata } = await client.get(PODS, namespace, run);
  await client.merge(PODS, namespace, run, { metadata: { finalizers: null } });
  await client.remove(PODS, namespace, metadata, { gracePeriodSeconds: 0 });
  expect((await inPhase(run, 'Lost')).status?.reason).toMatch(/The pod no longer exists/);
  expect(await client.find(PODS, namespace, run)).toBeNull();
});

test('a policy of the cluster that refuses the pod ends the run, with its words', async () => {
  const run = await start(await sequencer({}, { runtimeClassName: 'none-of-this-name' }));
  const { status } = await inPhase(run, 'Failed');
  expect(status?.reason).toMatch(/A cluster policy rejected the pod: .*none-of-this-name/);
  expect(status?.startedAt).toBeUndefined();
});

test('what Kubernetes finds invalid ends the run, with its words', async () => {
  const run = await start(await sequencer({}, { resources: { limits: { memory: 'much' } } }));
  expect((await inPhase(run, 'Failed')).status?.reason).toMatch(/rejected the pod as invalid/);
  expect(await client.find(SECRETS, namespace, run)).toBeNull();
});

test('a quota is waited for', async () => {
  const quotas: Resource<KubernetesObject & { spec: object }> = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    plural: 'resourcequotas',
  };
  const own = await makeNamespace();
  const its = await startOperator(own);
  await client.create(quotas, own, { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } });
  await makeSequencer(own, 'satp1', { runner: { image: 'x', env: [], egress: [], nodeSelector: NOWHERE } });
  const { metadata } = await submit(own, 'satp1');
  await until('it says so', async () => {
    const { status } = await client.get(RUNS, own, metadata.name);
    return /namespace quota/.test(status?.reason ?? '') && status?.phase === 'Starting';
  });
  await client.merge(quotas, own, 'none', { spec: { hard: { pods: '5' } } });
  await until('it has a pod', () => client.find(PODS, own, metadata.name));
  await its.stop();
  await dropNamespace(own);
});

test('a name that is taken is told, and waited for', async () => {
  const name = await sequencer({ mode: 'Off' });
  const run = await start(name, { desiredState: 'Queued' });
  const foreign = await client.create(SECRETS, namespace, { metadata: { name: run } });
  await change(run, { desiredState: 'Running' });
  await reasonOf(run, /already a Secret named .* that does not belong to this run/);
  await client.remove(SECRETS, namespace, foreign.metadata);
  await node.running(namespace, run);
});
