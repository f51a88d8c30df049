/**
 * Real pods on real nodes. RUNNER_IMAGE is the name of a runner image that the nodes have; `scripts/test-runner-image`
 * builds one.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONFIG_MAPS, PODS, RUNS, SEQUENCERS, pathOf } from '@sequencer/kubernetes/resources';
import { LABELS } from '@sequencer/model/kubernetes/names';
import type { RunSpec } from '@sequencer/model/kubernetes/sequencer-run';
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import type { KubernetesPhase } from '@sequencer/model/kubernetes/enums';
import {
  client,
  dropNamespace,
  inPhase as reach,
  logOf,
  makeNamespace,
  makeSequencer,
  reasonMatches,
  submit,
  until,
} from '@sequencer/testing/cluster/cluster';
import { startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';

const image = process.env.RUNNER_IMAGE ?? '';
let namespace: string;
let operator: RunningOperator;

beforeAll(async () => {
  if (image === '') throw new Error('RUNNER_IMAGE is not set: build an image with scripts/test-runner-image.');
  namespace = await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  await client.create(CONFIG_MAPS, namespace, { metadata: { name: 'ocs' }, data: { 'default.yaml': 'hub: {}\n' } });
  operator = await startOperator(namespace);
});
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
});

let names = 0;

async function start(script: string, more: Partial<RunSpec> = {}, spec: Partial<SequencerSpec> = {}): Promise<string> {
  names += 1;
  const name = `seq${String(names)}`;
  const { runner, ...rest } = spec;
  await makeSequencer(namespace, name, {
    recordGraceSeconds: 0,
    ocs: { configMap: 'ocs' },
    ...rest,
    runner: { image, imagePullPolicy: 'Never', env: [], egress: [], ...runner },
  });
  return (await submit(namespace, name, { script, ...more })).metadata.name;
}

const sequencerOf = (run: string) => run.replace(/-[^-]*$/, '');
const inPhase = (run: string, phase: KubernetesPhase) => reach(namespace, run, phase);
const reasonOf = (run: string, pattern: RegExp) => reasonMatches(namespace, run, pattern);

test('gives a script variables, volumes and a user of the site', async () => {
  await client.create(CONFIG_MAPS, namespace, {
    metadata: { name: 'own' },
    data: { 'a.txt': 'from a volume', WORD: 'all' },
  });
  const script = [
    'import os',
    'print(open("/work/own/a.txt").read(), os.environ["ONE"], os.environ["WORD"], os.getuid(), os.getgroups())',
    'open("/scratch/file", "w").write("x")',
  ].join('\n');
  const runner = {
    image,
    egress: [],
    env: [{ name: 'ONE', valueFrom: { configMapKeyRef: { name: 'own', key: 'a.txt' } } }],
    envFrom: [{ configMapRef: { name: 'own' } }],
    volumes: [
      { name: 'own', configMap: { name: 'own' } },
      { name: 'scratch', emptyDir: {} },
    ],
    volumeMounts: [
      { name: 'own', mountPath: '/work/own' },
      { name: 'scratch', mountPath: '/scratch' },
    ],
    securityContext: { runAsUser: 2345, fsGroup: 3456 },
    podLabels: { team: 'daq' },
  };
  const run = await start(script, {}, { runner });
  expect((await inPhase(run, 'Succeeded')).status).toMatchObject({ exitCode: 0 });
  expect(await logOf(namespace, run)).toContain('from a volume from a volume all 2345 [0, 3456]');
  expect((await client.get(PODS, namespace, run)).metadata.labels).toMatchObject({
    team: 'daq',
    'app.kubernetes.io/instance': 'site',
    'app.kubernetes.io/managed-by': 'sequencer-operator',
  });
});

function printed(run: string, text: string): Promise<true> {
  return until(`${run} has printed ${text}`, async () => {
    const log = await logOf(namespace, run);
    if (log.includes(text)) return true as const;
    throw new Error(log);
  });
}

test('runs a script with its host name, arguments and configuration, and without a service account token', async () => {
  const script = [
    'import os, socket, sys',
    'print(socket.gethostname(), sys.argv[1:], os.environ["OCS_CONFIG_DIR"])',
    'print(open("/config/default.yaml").read().strip(), file=sys.stderr)',
    'print(os.path.exists("/var/run/secrets/kubernetes.io"), os.getuid())',
  ].join('\n');
  const run = await start(
    script,
    { arguments: ['--fast'] },
    { runner: { image, env: [], egress: [], hostname: 'daq-x' } },
  );
  const { status } = await inPhase(run, 'Succeeded');
  expect(status).toMatchObject({ exitCode: 0, reason: 'All statements are done.' });
  const lines = (await logOf(namespace, run)).trim().split('\n').sort();
  expect(lines).toEqual(['False 1000', "daq-x ['--fast'] /config", 'hub: {}'].sort());
});

test('records why a script failed', async () => {
  const run = await start('print("before")\n{}["az"]\n');
  expect((await inPhase(run, 'Failed')).status).toMatchObject({ exitCode: 1, reason: "KeyError: 'az'" });
});

test('starts the next run after a script that Python cannot compile', async () => {
  const broken = await start('print((\n');
  const next = (await submit(namespace, sequencerOf(broken), { script: 'print("next")\n' })).metadata.name;
  const { status } = await inPhase(broken, 'Failed');
  expect(status).toMatchObject({ reason: "line 1: '(' was never closed", refused: true });
  await inPhase(next, 'Succeeded');
});

test('executes its own script, not that of a deleted run with the same name', { timeout: 400_000 }, async () => {
  const first = await start('print("script 0")\n');
  await inPhase(first, 'Succeeded');
  for (const number of [1, 2, 3]) {
    const { metadata } = await client.get(RUNS, namespace, first);
    await client.remove(RUNS, namespace, metadata);
    const script = `print("script ${String(number)}")\n`;
    await until('the name is free', () => submit(namespace, sequencerOf(first), { script }, { name: first }));
    // The kubelet updates a Secret that it has mounted from its cache about once a minute.
    await until(
      'it has ended',
      async () => (await client.get(RUNS, namespace, first)).status?.phase === 'Succeeded',
      120_000,
    );
    expect((await logOf(namespace, first)).trimEnd().split('\n').at(-1)).toBe(`script ${String(number)}`);
  }
});

test('shows the end of a script while its runner waits for the API, and then releases the queue', async () => {
  const run = await start('print("done", flush=True)\n', {}, { recordGraceSeconds: 5 });
  await printed(run, 'done');
  const printedAt = performance.now();
  await inPhase(run, 'Recording');
  console.log(`Recording ${((performance.now() - printedAt) / 1000).toFixed(1)} s after the last line was in the log`);
  // The promise is five seconds; a busy machine may take longer.
  expect(performance.now() - printedAt).toBeLessThan(10_000);
  expect((await inPhase(run, 'Succeeded')).status).toMatchObject({ reason: 'All statements are done.' });
  const pod = await client.get(PODS, namespace, run);
  expect(pod.status?.phase).toBe('Running');
  expect(pod.metadata.deletionTimestamp).toBeUndefined();
});

test('interrupts a cancelled script, whose clean-up runs to its end', async () => {
  const run = await start(
    'import time\nprint("up")\ntry:\n    time.sleep(600)\nfinally:\n    time.sleep(2)\n    print("parked")\n    time.sleep(2)\n',
  );
  await printed(run, 'up');
  await client.merge(RUNS, namespace, run, { spec: { desiredState: 'Cancelled' } });
  // The log disappears with the pod.
  await printed(run, 'parked');
  const { status } = await inPhase(run, 'Interrupted');
  expect(status?.reason).toMatch(/^Interrupted by the system.*The run was cancelled\.$/);
});

test('cancels a run while its runner is starting', async () => {
  const run = await start('import time\ntime.sleep(600)\n');
  await until('the container is running', async () => {
    const pod = await client.find(PODS, namespace, run);
    return pod?.status?.containerStatuses?.some(({ state }) => state?.running);
  });
  await client.merge(RUNS, namespace, run, { spec: { desiredState: 'Cancelled' } });
  // If the cancellation were lost, the run would end only after stopGraceSeconds, by force.
  const ended = await until('it has ended', async () => {
    const { status } = await client.get(RUNS, namespace, run);
    return status?.finishedAt !== undefined && status.phase;
  });
  expect(['Cancelled', 'Interrupted']).toContain(ended);
});

test('interrupts the script of a deleted run, and deletes run and pod', async () => {
  const run = await start('import time\nprint("up")\ntime.sleep(600)\n');
  await printed(run, 'up');
  const { metadata } = await client.get(RUNS, namespace, run);
  await client.remove(RUNS, namespace, metadata);
  await until(
    'both are deleted',
    async () => !(await client.find(RUNS, namespace, run)) && !(await client.find(PODS, namespace, run)),
  );
  const { status } = await client.get(SEQUENCERS, namespace, sequencerOf(metadata.name));
  expect(status?.hold).toMatchObject({ run, outcome: 'Interrupted' });
});

test('starts each run in a warm pod of its own; neither sees the files of the other', async () => {
  const script = [
    'import os, socket',
    'print(socket.gethostname(), open("/config/default.yaml").read().strip())',
    'print(*sorted(name for name in os.listdir("/run/sequencer") if not name.startswith("..")))',
    'print(len([name for name in os.listdir("/work/journal") if os.path.isdir(f"/work/journal/{name}")]))',
  ].join('\n');
  const first = await start(script, {}, { runner: { image, imagePullPolicy: 'Never', env: [], egress: [], warm: 1 } });
  const name = sequencerOf(first);
  await inPhase(first, 'Succeeded');
  const pods: string[] = [];
  for (let i = 0; i < 2; i++) {
    await until('a warm pod is running', async () => {
      const warmPods = await client.list(PODS, namespace, {
        labelSelector: `${LABELS.sequencer}=${name},!${LABELS.run}`,
      });
      return warmPods.some(({ status }) => status?.phase === 'Running');
    });
    const { metadata } = await submit(namespace, name, { script });
    const { status } = await inPhase(metadata.name, 'Succeeded');
    const pod = status?.podName ?? '';
    expect(pod).toMatch(/-warm-/);
    expect(await logOf(namespace, pod)).toBe(`daq-${name}-sequencer hub: {}\noptions.json script.py token\n1\n`);
    pods.push(pod);
  }
  expect(new Set(pods).size).toBe(2);
});

test('kills a script that ignores all signals after its grace period', async () => {
  const script =
    'import signal, time\nfor s in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(s, signal.SIG_IGN)\nprint("up")\nwhile True:\n    time.sleep(1)\n';
  const run = await start(script, {}, { stopGraceSeconds: 2 });
  await printed(run, 'up');
  await client.merge(RUNS, namespace, run, { spec: { desiredState: 'Cancelled' } });
  expect((await inPhase(run, 'Killed')).status?.exitCode).toBe(137);
});

test('explains that a script exceeded its memory limit', async () => {
  const run = await start(
    'block = []\nwhile True:\n    block.append(bytearray(8 << 20))\n',
    {},
    {
      runner: { image, imagePullPolicy: 'Never', env: [], egress: [], resources: { limits: { memory: '128Mi' } } },
    },
  );
  expect((await inPhase(run, 'Killed')).status?.reason).toMatch(/used more memory than its limit/);
});

test('explains that no node has enough memory, and starts the next run after a fix', async () => {
  const resources = { requests: { memory: '4Ti' }, limits: { memory: '4Ti' } };
  const run = await start(
    'print(1)\n',
    {},
    { runner: { image, imagePullPolicy: 'Never', env: [], egress: [], resources } },
  );
  const name = sequencerOf(run);
  const { status } = await reasonOf(run, /^The pod cannot be scheduled: .*Insufficient memory.* or cancel the run\.$/);
  expect(status?.phase).toBe('Starting');
  const next = await submit(namespace, name, { script: 'print(2)\n' });
  const fixed = { requests: { memory: '64Mi' }, limits: { memory: '256Mi' } };
  await client.merge(SEQUENCERS, namespace, name, { spec: { runner: { resources: fixed } } });
  await client.merge(RUNS, namespace, run, { spec: { desiredState: 'Cancelled' } });
  expect((await inPhase(run, 'Cancelled')).status?.reason).toBe('Cancelled before the script started.');
  await inPhase(next.metadata.name, 'Succeeded');
});

test('interrupts the script of an evicted pod, and explains the eviction', async () => {
  const run = await start(
    'import time\nprint("up")\ntry:\n    time.sleep(600)\nfinally:\n    print("parked")\n    time.sleep(3)\n',
  );
  await printed(run, 'up');
  const path = pathOf(PODS, namespace, run, 'eviction');
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: run, namespace } };
  (await client.open('POST', path, { body, signal: AbortSignal.timeout(10_000) })).resume();
  await printed(run, 'parked');
  await inPhase(run, 'Interrupted');
  await reasonOf(
    run,
    /^Interrupted by the system.* The pod was evicted through the Eviction API, for example by kubectl drain\.$/,
  );
});

/** The kubelet checks storage at its own pace: within 60 s, on a busy machine later. */
const EVICTED_WITHIN_MS = 180_000;

test('explains that the node evicted a script which exceeded its storage limit', { timeout: 240_000 }, async () => {
  const script = [
    'import time',
    'with open("/work/big", "wb") as big:',
    '    for i in range(48):',
    '        big.write(bytes(1 << 20))',
    '        big.flush()',
    'print("up")',
    'time.sleep(600)',
  ].join('\n');
  const resources = { limits: { 'ephemeral-storage': '32Mi' } };
  const run = await start(script, {}, { runner: { image, imagePullPolicy: 'Never', env: [], egress: [], resources } });
  await printed(run, 'up');
  // The node allows about a second for the clean-up.
  const { status } = await reasonMatches(
    namespace,
    run,
    /The node evicted the pod: .*ephemeral.*32Mi\.$/,
    EVICTED_WITHIN_MS,
  );
  expect(['Interrupted', 'Killed']).toContain(status?.phase);
});

test('explains a missing image within 10 seconds', async () => {
  const run = await start(
    'print(1)\n',
    {},
    {
      runner: { image: 'localhost/none-of-this-name:1', imagePullPolicy: 'Never', env: [], egress: [] },
    },
  );
  await inPhase(run, 'Starting');
  const startedAt = performance.now();
  await until('the reason names the image', async () => {
    const { status } = await client.get(RUNS, namespace, run);
    return /image cannot be pulled: .*none-of-this-name/.test(status?.reason ?? '');
  });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  await client.merge(RUNS, namespace, run, { spec: { desiredState: 'Cancelled' } });
  await inPhase(run, 'Cancelled');
});
