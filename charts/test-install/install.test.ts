/**
 * The chart on a cluster with nodes, an ingress and network policies, from images that the Dockerfiles made: installed,
 * used, upgraded, rolled back, taken away and installed again, while one script runs.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropNamespace, makeNamespace } from '../../operator/test-cluster/support/cluster.ts';
import { CHART, helm, kubectl } from '../test-cluster/support/helm.ts';
import { PASSWORD, ask, makeSite, type Site } from './site.ts';

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
const install = (...args: string[]) =>
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
  const files = [`--cert=${site.certificate}`, `--key=${site.key}`];
  await kubectl(['create', 'secret', 'tls', 'site-tls', '--namespace', of, ...files]);
  expect(await install('install', 'sequencer', CHART, '--take-ownership')).toContain('/nextline/');
}, 360_000);

afterAll(async () => {
  await helm('uninstall', 'sequencer', '--namespace', of, '--ignore-not-found');
  await dropNamespace(of);
});

test('the pages and the API are at the sub-path, over https, for those who sign in', async () => {
  const page = await ask(site, '');
  expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<base href="/nextline/" />') as string });
  expect((await ask(site, 'api/readyz')).body).toBe('ready\n');
  const names = '{ sequencers { name } }';
  expect((await ask(site, 'api/graphql', names)).body).toContain('UNAUTHENTICATED');
  const signIn = `mutation { signIn(name: "alice", password: "${PASSWORD}") { name } }`;
  const { body, cookie } = await ask(site, 'api/graphql', signIn);
  expect(body).toBe('{"data":{"signIn":{"name":"alice"}}}');
  expect((await ask(site, 'api/graphql', names, cookie)).body).toContain('"satp1"');
});

test('helm test runs a script', async () => {
  await helm('test', 'sequencer', '--namespace', of, '--timeout', '6m');
  expect((await kubectl(['logs', 'sequencer-test', '--namespace', of])).stdout).toContain(
    'A script ran, and succeeded.',
  );
  expect(await get('sequencer', '{.items[*].metadata.name}')).toBe('satp1');
}, 400_000);

test('a script reaches what is declared and no more, and does not notice what happens to the release', async () => {
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

  await install('upgrade', 'sequencer', CHART, '--set', 'api.logLevel=debug,operator.logLevel=debug');
  expect(await pod()).toBe(before);
  await install('rollback', 'sequencer', '1');
  expect(await pod()).toBe(before);
  await helm('uninstall', 'sequencer', '--namespace', of, '--wait');
  expect(await pod()).toBe(before);

  // It ends while nobody is there to see it.
  await kubectl(['exec', 'by-hand', '--namespace', of, '--', 'touch', '/tmp/enough']);
  await expect.poll(log, { timeout: 60_000, interval: 1000 }).toContain('enough\n');
  const counted = [...(await log()).matchAll(/^count (\d+)$/gm)].map(([, n]) => Number(n));
  expect(counted).toStrictEqual([...counted.keys()]);

  await install('install', 'sequencer', CHART, '--take-ownership');
  await expect
    .poll(() => get('sequencerrun by-hand', '{.status.phase}'), { timeout: 120_000, interval: 1000 })
    .toBe('Succeeded');
}, 1_200_000);
