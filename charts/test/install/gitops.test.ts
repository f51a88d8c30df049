/**
 * The chart as Argo CD and Flux apply it, with the values of docs/gitops.md: what people set is kept over syncs, and a changed
 * value applies. Needs a cluster where Sequencer is not installed, with nodes that have the images.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PageShell } from '@sequencer/testing/docs/page-shell';
import { NAMESPACE, removeClusterWideObjects, removePageNamespace } from '@sequencer/testing/install/cluster-wide';
import { CHART, helm, kubectl, manifests, render, type Manifest } from '@sequencer/testing/install/helm';
import { kstatusOf, type Observed } from '@sequencer/testing/install/kstatus';
import { data, makeSite, signIn, type Site } from '@sequencer/testing/install/site';

const APPLY = ['apply', '--server-side', '--force-conflicts'];
const ARGO = '--field-manager=argocd-controller';
const FLUX = '--field-manager=helm-controller';
const WAIT = { timeout: 20_000, interval: 200 };
/** The database of the site, under the name that the page has. */
const POSTGRES = `
apiVersion: v1
kind: Pod
metadata: { name: postgres, labels: { app: postgres } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: postgres
      image: postgres:17
      imagePullPolicy: IfNotPresent
      env:
        - { name: POSTGRES_USER, value: sequencer }
        - { name: POSTGRES_PASSWORD, value: a-password }
---
apiVersion: v1
kind: Service
metadata: { name: postgres }
spec: { selector: { app: postgres }, ports: [{ port: 5432 }] }
`;

let shell: PageShell;
let site: Site;
let cookie = '';
const inNamespace = (args: string[], input?: string) => kubectl([...args, '--namespace', NAMESPACE], input);

interface Telescope extends Observed {
  metadata: Observed['metadata'] & { resourceVersion: string };
  spec: { mode: string };
  status?: Observed['status'] & { mode?: string; reason?: string };
}

async function satp1(): Promise<Telescope> {
  return JSON.parse((await inNamespace(['get', 'sequencer', 'satp1', '--output', 'json'])).stdout) as Telescope;
}

/** The mode of spec, and the effective one once the operator has read the object. */
async function modes(): Promise<string> {
  const telescope = await satp1();
  return kstatusOf(telescope) === 'Current' ? `${telescope.spec.mode} ${telescope.status?.mode ?? ''}` : 'not read yet';
}

const listOf = (items: Manifest[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
const apply = (items: Manifest[], ...options: string[]) =>
  inNamespace([...APPLY, ...options, '-f', '-'], listOf(items));

function hooksOf(object: Manifest): string[] {
  return object.metadata.annotations?.['helm.sh/hook']?.split(',') ?? [];
}

async function rendered(...options: string[]): Promise<{ preSync: Manifest[]; crds: Manifest[]; rest: Manifest[] }> {
  const objects = manifests(await render(NAMESPACE, '--include-crds', '--values', site.values, ...options));
  const isPreSync = (object: Manifest) => hooksOf(object).some((hook) => ['pre-install', 'pre-upgrade'].includes(hook));
  const weight = (object: Manifest) => Number(object.metadata.annotations?.['helm.sh/hook-weight'] ?? 0);
  const others = objects.filter((object) => hooksOf(object).length === 0);
  return {
    preSync: objects.filter(isPreSync).sort((a, b) => weight(a) - weight(b)),
    crds: others.filter(({ kind }) => kind === 'CustomResourceDefinition'),
    rest: others.filter(({ kind }) => kind !== 'CustomResourceDefinition'),
  };
}

/** One sync as of Argo CD with self-heal: hooks, then definitions, then the rest. Returns the log of the hook. */
async function sync(...options: string[]): Promise<string> {
  const { preSync, crds, rest } = await rendered(...options);
  const jobs = preSync.filter(({ kind }) => kind === 'Job').map(({ metadata }) => `job/${metadata.name}`);
  // The delete policy before-hook-creation.
  await inNamespace(['delete', 'job', '--ignore-not-found', ...jobs.map((job) => job.slice('job/'.length))]);
  for (const hook of preSync) await apply([hook], ARGO);
  await inNamespace(['wait', '--for=condition=complete', '--timeout=120s', ...jobs]);
  const { stdout } = await inNamespace(['logs', ...jobs]);
  await apply(crds, ARGO);
  await kubectl(['wait', '--for=condition=established', ...crds.map(({ metadata }) => `crd/${metadata.name}`)]);
  await apply(rest, ARGO);
  return stdout;
}

/** What a sync would change; empty when the application is in sync. */
async function drift(manager = ARGO): Promise<string> {
  const { crds, rest } = await rendered();
  const diff = ['diff', '--server-side', '--force-conflicts', manager, '-f', '-'];
  return inNamespace(diff, listOf([...crds, ...rest])).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { stdout: string }).stdout,
  );
}

async function setOnPages(mode: 'OFF' | 'QUEUE'): Promise<void> {
  await data(site, `mutation { setMode(sequencer: "satp1", mode: ${mode}) { mode } }`, cookie);
}

const patch = (mode: string) =>
  inNamespace(['patch', 'sequencer', 'satp1', '--type', 'merge', '-p', JSON.stringify({ spec: { mode } })]);

beforeAll(async () => {
  await removeClusterWideObjects();
  shell = new PageShell();
  expect(await shell.walk('docs/gitops.md')).toStrictEqual([]);
  const read = (file: string) => parse(readFileSync(join(shell.folder, file), 'utf8')) as Record<string, unknown>;
  const { spec } = read('application.yaml') as {
    spec: { source: { helm: { valuesObject: Record<string, unknown> } } };
  };
  const values = spec.source.helm.valuesObject;
  expect((read('helm-release.yaml').spec as { values: unknown }).values).toStrictEqual(values);
  site = makeSite({ simulator: { enabled: false }, ...values });
  await inNamespace(['create', '-f', '-'], POSTGRES);
  const files = [`--cert=${site.certificate}`, `--key=${site.key}`];
  await inNamespace(['create', 'secret', 'tls', 'site-tls', ...files]);
}, 400_000);

afterAll(async () => {
  await inNamespace(['delete', 'deployment', '--all']);
  await removePageNamespace();
  const kinds = 'validatingadmissionpolicy,validatingadmissionpolicybinding,clusterrole,clusterrolebinding';
  const names = ['submitted-by', 'mode-set-by', 'configure'].map((rule) => `${NAMESPACE}.sequencer.${rule}`);
  await kubectl(['delete', kinds, '--ignore-not-found', `${NAMESPACE}-sequencer-crds`, ...names]);
  shell.close();
}, 400_000);

test('installs on a cluster without the definitions in the order of Argo CD', async () => {
  expect(await sync()).toContain('sequencers.sequencer.dev does not exist yet; the installation creates it.\n');
  await inNamespace(['rollout', 'status', 'deployment', '--timeout=240s']);
  await expect.poll(modes, WAIT).toBe('Queue Queue');
  expect(await drift()).toBe('');
  cookie = await signIn(site);
}, 300_000);

test('keeps what people set over syncs, which change nothing else', async () => {
  await setOnPages('OFF');
  await expect.poll(modes, WAIT).toBe('Off Off');
  expect(await drift()).toMatch(/^-\s+mode: "?Off"?\n\+\s+mode: Queue$/m);
  expect(await sync()).toContain('sequencers.sequencer.dev upgraded.\n');
  await expect.poll(modes, WAIT).toBe('Queue Off');
  const before = await satp1();
  expect(before.status?.reason).toContain('Set to Off by alice.');
  const { rest } = await rendered();
  await apply(rest, ARGO);
  expect((await satp1()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  expect(await drift()).toBe('');

  await setOnPages('QUEUE');
  await expect.poll(modes, WAIT).toBe('Queue Queue');
  await patch('Off');
  await apply(rest, ARGO);
  await expect.poll(modes, WAIT).toBe('Queue Off');
}, 120_000);

test('applies a changed value', async () => {
  const { rest } = await rendered('--set', 'sequencers.satp1.mode=Off');
  await apply(rest, ARGO);
  await expect.poll(modes, WAIT).toBe('Off Off');
  await apply((await rendered()).rest, ARGO);
  await expect.poll(modes, WAIT).toBe('Queue Queue');
}, 60_000);

test('keeps what people set over an upgrade and the drift detection of Flux', async () => {
  const upgrade = (...options: string[]) =>
    helm(
      ...['upgrade', '--install', 'sequencer', CHART, '--namespace', NAMESPACE, '--take-ownership', '--wait'],
      ...['--timeout', '3m', '--values', site.values, ...options],
    );
  await setOnPages('OFF');
  await expect.poll(modes, WAIT).toBe('Off Off');
  // The first one is an installation over the objects that are there: it writes every field.
  await upgrade();
  await expect.poll(modes, WAIT).toBe('Queue Off');
  await setOnPages('QUEUE');
  await setOnPages('OFF');
  await expect.poll(modes, WAIT).toBe('Off Off');
  expect(await drift(FLUX)).toMatch(/^\+\s+mode: Queue$/m);
  await apply((await rendered()).rest, FLUX);
  await expect.poll(modes, WAIT).toBe('Queue Off');
  expect(await drift(FLUX)).toBe('');
  await upgrade('--set', 'sequencers.satp1.mode=Off');
  await expect.poll(modes, WAIT).toBe('Off Off');
  await upgrade();
  await expect.poll(modes, WAIT).toBe('Queue Queue');
}, 300_000);

test('shows by kstatus and its conditions whether runs can start, and how a run ended', async () => {
  const run = { apiVersion: 'sequencer.dev/v1alpha1', kind: 'SequencerRun', metadata: { name: 'from-git' } };
  await apply([{ ...run, spec: { sequencer: 'satp1', script: 'print(1)' } }], FLUX);
  await inNamespace(['wait', '--for=condition=Succeeded', '--timeout=60s', 'sequencerrun/from-git']);
  const { stdout } = await inNamespace(['get', 'sequencerrun', 'from-git', '--output', 'json']);
  expect(kstatusOf(JSON.parse(stdout) as Observed)).toBe('Current');
  await inNamespace(['patch', 'sequencer', 'satp1', '--type=merge', '-p', '{"spec":{"ocs":{"configMap":"missing"}}}']);
  await expect.poll(async () => kstatusOf(await satp1()), WAIT).toBe('InProgress');
  await inNamespace([
    'patch',
    'sequencer',
    'satp1',
    '--type=merge',
    '-p',
    '{"spec":{"ocs":{"configMap":"satp1-ocs"}}}',
  ]);
  await expect.poll(async () => kstatusOf(await satp1()), WAIT).toBe('Current');
}, 120_000);
