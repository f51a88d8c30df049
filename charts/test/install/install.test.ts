/**
 * Installs the chart on a cluster with nodes, an ingress and network policies, from images built with the Dockerfiles. While
 * one script runs, the release is used, upgraded, rolled back, uninstalled and installed again.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropNamespace, makeNamespace } from '@sequencer/testing/cluster/cluster';
import { usePages } from '@sequencer/testing/install/pages';
import { CHART, helm, kubectl } from '@sequencer/testing/install/helm';
import { PASSWORD, ask, data, install, makeSite, signIn, type Site } from '@sequencer/testing/install/site';

const UNREACHABLE = [
  'sequencer-database:5432',
  'kubernetes.default:443',
  'sequencer-web:80',
  'sequencer-operator:8080',
];
const SCRIPT = `
import os, socket, time
import sorunlib as run

run.initialize()
run.acu.move_to(az=180, el=60)
print("moved by", socket.gethostname(), flush=True)
for place in ${JSON.stringify([...UNREACHABLE, 'sequencer-simulator:8700'])}:
    host, port = place.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
        print("reached", place, flush=True)
    except OSError:
        print("not reached", place, flush=True)
count = 0
while not os.path.exists("/tmp/enough"):
    print("count", count, flush=True)
    count += 1
    time.sleep(1)
print("enough", flush=True)
`;

let of = '';
let site: Site;
const release = (...args: string[]) =>
  helm(
    ...args,
    '--namespace',
    of,
    '--wait',
    '--timeout',
    '5m',
    ...(args[0] === 'rollback' ? [] : ['--values', site.values]),
  );
const get = async (what: string, path: string) =>
  (await kubectl(['get', '--namespace', of, ...what.split(' '), '--output', `jsonpath=${path}`])).stdout;
const log = async () => (await kubectl(['logs', 'by-hand', '--namespace', of])).stdout;
const pod = () => get('pod by-hand', '{.metadata.uid} {.status.phase} {.status.containerStatuses[0].restartCount}');

beforeAll(async () => {
  site = makeSite();
  of = await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  expect(await install(site, of)).toContain('/nextline/');
}, 360_000);

afterAll(async () => {
  await helm('uninstall', 'sequencer', '--namespace', of, '--ignore-not-found');
  await dropNamespace(of);
});

test('serves the pages and the API under the sub-path, over https, after sign-in', async () => {
  const page = await ask(site, '');
  expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<base href="/nextline/" />') as string });
  expect((await ask(site, 'api/readyz')).body).toBe('ready\n');
  const names = '{ sequencers { name } }';
  expect((await ask(site, 'api/graphql', names)).body).toContain('UNAUTHENTICATED');
  expect((await ask(site, 'api/graphql', names, await signIn(site))).body).toContain('"satp1"');
});

test('helm test runs a script', async () => {
  await helm('test', 'sequencer', '--namespace', of, '--timeout', '6m');
  expect((await kubectl(['logs', 'sequencer-test', '--namespace', of])).stdout).toContain('The script succeeded.');
  expect(await get('sequencer', '{.items[*].metadata.name}')).toBe('satp1');
}, 400_000);

test('shows runs from the pages and from kubectl in both places, and records both outcomes', async () => {
  const cookie = await signIn(site);
  const script = (text: string) =>
    `import time\nfor i in range(20):\n    print("${text}", i, flush=True)\n    time.sleep(0.2)\n`;
  const input = `{ sequencer: "satp1", title: "from the pages", script: ${JSON.stringify(script('pages'))} }`;
  const { submitRun } = await data<{ submitRun: { id: string } }>(
    site,
    `mutation { submitRun(input: ${input}) { id } }`,
    cookie,
  );
  const by = await get(
    'sequencerruns',
    '{range .items[*]}{.metadata.uid} {.metadata.annotations.sequencer\\.dev/submitted-by}{"\\n"}{end}',
  );
  expect(by).toContain(`${submitRun.id} alice\n`);

  const object = {
    apiVersion: 'sequencer.dev/v1alpha1',
    kind: 'SequencerRun',
    metadata: { name: 'from-git' },
    spec: { sequencer: 'satp1', title: 'from git', script: script('git') },
  };
  await kubectl(['create', '--namespace', of, '--filename', '-'], JSON.stringify(object));
  const uid = await get('sequencerrun from-git', '{.metadata.uid}');
  interface Run {
    phase: string;
    title: string;
    submittedBy: string;
    output: { text: string }[];
  }
  const look = async (id: string) =>
    (await data<{ run: Run | null }>(site, `{ run(id: "${id}") { phase title submittedBy output { text } } }`, cookie))
      .run;
  await expect
    .poll(() => look(uid), { timeout: 5000, interval: 50 })
    .toMatchObject({ title: 'from git', submittedBy: 'kubectl' });

  for (const [id, text] of [
    [submitRun.id, 'pages'],
    [uid, 'git'],
  ] as const) {
    await expect.poll(async () => (await look(id))?.phase, { timeout: 120_000, interval: 500 }).toBe('SUCCEEDED');
    const printed = (await look(id))?.output.map((part) => part.text).join('');
    expect(printed).toBe(Array.from({ length: 20 }, (_, i) => `${text} ${String(i)}\n`).join(''));
  }
  // The object is updated after the record, by up to a second each for the API and the operator.
  await expect
    .poll(() => get('sequencerrun from-git', '{.status.phase} {.status.position.progress}'), {
      timeout: 60_000,
      interval: 200,
    })
    .toBe('Succeeded 2/2');
}, 300_000);

const FILLS = `
with open("/work/big", "wb") as big:
    for i in range(48):
        big.write(bytes(1 << 20))
        big.flush()
import time
time.sleep(600)
`;

test.each([
  {
    what: 'no node has enough memory',
    resources: { limits: { memory: '4Ti' } },
    script: 'print(1)\n',
    phases: ['STARTING'],
    reason: /^The pod cannot be scheduled: .*Insufficient memory.* or cancel the run\.$/,
  },
  {
    what: 'it exceeds its memory limit',
    resources: { limits: { memory: '128Mi' } },
    script: 'block = []\nwhile True:\n    block.append(bytearray(8 << 20))\n',
    phases: ['KILLED'],
    reason: /The script used more memory than its limit and was killed\. Raise spec\.runner\.resources\.limits\.memory/,
  },
  {
    what: 'the kubelet evicts it',
    resources: { limits: { memory: '256Mi', 'ephemeral-storage': '32Mi' } },
    script: FILLS,
    phases: ['INTERRUPTED', 'KILLED'],
    reason: /The node evicted the pod: .*ephemeral.*32Mi\.$/,
  },
])(
  'shows the same reason on the pages and in the object: $what',
  async ({ resources, script, phases, reason: expectedReason }) => {
    const cookie = await signIn(site);
    const apiVersion = 'sequencer.dev/v1alpha1';
    const image = await get('sequencer satp1', '{.spec.runner.image}');
    const spec = {
      mode: 'Queue',
      recordGraceSeconds: 10,
      runner: { image, imagePullPolicy: 'IfNotPresent', resources },
    };
    const make = (object: object) => kubectl(['create', '--namespace', of, '--filename', '-'], JSON.stringify(object));
    await make({ apiVersion, kind: 'Sequencer', metadata: { name: 'tried' }, spec });
    await make({ apiVersion, kind: 'SequencerRun', metadata: { name: 'tried' }, spec: { sequencer: 'tried', script } });
    const uid = await get('sequencerrun tried', '{.metadata.uid}');
    const query = `{ run(id: "${uid}") { phase reason } }`;
    interface Run {
      run: { phase: string; reason: string } | null;
    }
    const inBoth = async () => {
      const [{ run }, reason] = await Promise.all([
        data<Run>(site, query, cookie),
        get('sequencerrun tried', '{.status.reason}'),
      ]);
      return { ...run, same: run?.reason === reason };
    };
    await expect.poll(inBoth, { timeout: 200_000, interval: 500 }).toEqual({
      phase: expect.toBeOneOf(phases) as string,
      reason: expect.stringMatching(expectedReason) as string,
      same: true,
    });
    await kubectl(['delete', 'sequencerrun/tried', 'sequencer/tried', '--namespace', of]);
  },
  240_000,
);

test('a user can sign in, run a script, follow, pause and stop it in a browser', async () => {
  await usePages(site.url, PASSWORD);
  await expect
    .poll(() => get('sequencerruns', '{.items[*].status.phase}'), { timeout: 30_000, interval: 500 })
    .toContain('Interrupted');
  // The queue is held now, until the mode is set.
  await expect.poll(() => get('sequencer satp1', '{.status.mode}'), { timeout: 10_000 }).toBe('Off');
  await data(site, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { mode } }', await signIn(site));
  await expect.poll(() => get('sequencer satp1', '{.status.mode}'), { timeout: 10_000 }).toBe('Queue');
}, 300_000);

test('a script can connect only to declared destinations, and keeps running through changes of the release', async () => {
  const object = {
    apiVersion: 'sequencer.dev/v1alpha1',
    kind: 'SequencerRun',
    metadata: { name: 'by-hand' },
    spec: { sequencer: 'satp1', script: SCRIPT },
  };
  await kubectl(['create', '--namespace', of, '--filename', '-'], JSON.stringify(object));
  await expect.poll(log, { timeout: 180_000, interval: 2000 }).toContain('count 1\n');
  const begun = await log();
  expect(begun).toContain('moved by daq-satp1-sequencer\n');
  for (const place of UNREACHABLE) expect(begun).toContain(`not reached ${place}\n`);
  expect(begun).toContain('\nreached sequencer-simulator:8700\n');
  const before = await pod();
  expect(before).toMatch(/ Running 0$/);

  const evict = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'by-hand', namespace: of } };
  const eviction = kubectl(
    ['create', '--raw', `/api/v1/namespaces/${of}/pods/by-hand/eviction`, '--filename', '-'],
    JSON.stringify(evict),
  );
  await expect(eviction).rejects.toThrow('would violate the pod');

  await release('upgrade', 'sequencer', CHART, '--set', 'api.logLevel=debug,operator.logLevel=debug');
  expect(await pod()).toBe(before);
  await release('rollback', 'sequencer', '1');
  expect(await pod()).toBe(before);
  await helm('uninstall', 'sequencer', '--namespace', of, '--wait');
  expect(await pod()).toBe(before);

  // The script ends while the release is uninstalled.
  await kubectl(['exec', 'by-hand', '--namespace', of, '--', 'touch', '/tmp/enough']);
  await expect.poll(log, { timeout: 60_000, interval: 1000 }).toContain('enough\n');
  const counted = [...(await log()).matchAll(/^count (\d+)$/gm)].map(([, n]) => Number(n));
  expect(counted).toStrictEqual([...counted.keys()]);

  await release('install', 'sequencer', CHART, '--take-ownership');
  await expect
    .poll(() => get('sequencerrun by-hand', '{.status.phase}'), { timeout: 120_000, interval: 1000 })
    .toBe('Succeeded');
}, 1_200_000);
