/** Who sets the mode: people with kubectl and on the pages, and tools that apply what is in git. With the real kubectl. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { KubernetesClient, defaultKubeConfig } from '@sequencer/kubernetes/client';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import type { KubernetesMode } from '@sequencer/model/kubernetes/enums';
import { modeAnnotation } from '@sequencer/model/kubernetes/mode';
import { ANNOTATIONS } from '@sequencer/model/kubernetes/names';
import { dropNamespace, makeNamespace, submit, until } from '@sequencer/testing/cluster/cluster';
import { startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';
import { afterAll, beforeAll, expect, test } from 'vitest';

const pages = new KubernetesClient(defaultKubeConfig(), 'sequencer-api');
let namespace: string;
let operator: RunningOperator;

beforeAll(async () => {
  namespace = await makeNamespace();
  operator = await startOperator(namespace);
});
afterAll(async () => {
  await operator.stop();
  await dropNamespace(namespace);
});

async function kubectl(args: string[], input = ''): Promise<string> {
  const running = promisify(execFile)('kubectl', ['--namespace', namespace, ...args]);
  running.child.stdin?.end(input);
  return (await running).stdout;
}

const manifest = (name: string, mode: KubernetesMode) =>
  `{ apiVersion: sequencer.dev/v1alpha1, kind: Sequencer, metadata: { name: ${name} }, spec: { mode: "${mode}" } }`;

/** As Argo CD with self-heal and ServerSideApply=true, and as Flux. */
const SYNC = ['apply', '--server-side', '--force-conflicts', '--field-manager=argocd-controller', '-f-'];
/** As Argo CD with its defaults. */
const CLIENT_SIDE_SYNC = ['apply', '--field-manager=argocd-controller', '-f-'];

const patch = (name: string, mode: KubernetesMode) =>
  kubectl(['patch', 'sequencer', name, '--type', 'merge', '-p', JSON.stringify({ spec: { mode } })]);

/** As the API does when a user sets the mode on the pages. */
async function setOnPages(name: string, mode: KubernetesMode): Promise<void> {
  const sequencer = await pages.get(SEQUENCERS, namespace, name);
  const annotations = {
    [ANNOTATIONS.modeBy]: modeAnnotation(sequencer, { mode, by: 'alice', at: new Date(), reason: null }),
  };
  const { resourceVersion } = sequencer.metadata;
  await pages.merge(SEQUENCERS, namespace, name, { metadata: { resourceVersion, annotations }, spec: { mode } });
}

/** Waits until the operator has seen the current version of the object. */
async function effective(name: string): Promise<string> {
  const { status } = await until(`${name} is reconciled`, async () => {
    const { metadata, spec, status: current } = await pages.get(SEQUENCERS, namespace, name);
    const known = current?.observedGeneration === metadata.generation && current?.requestedMode !== undefined;
    return known && { spec, status: current };
  });
  return `${status.mode ?? ''} by ${status.requestedMode?.by ?? ''}`;
}

for (const [how, sync] of [
  ['server-side', SYNC],
  ['client-side', CLIENT_SIDE_SYNC],
] as const) {
  test(`keeps what people set over ${how} syncs, until the value in git changes`, async () => {
    const name = how;
    await kubectl([...sync], manifest(name, 'Queue'));
    expect(await effective(name)).toBe('Queue by argocd-controller');
    // The sync comes before the operator can have written anything.
    await patch(name, 'Off');
    await kubectl([...sync], manifest(name, 'Queue'));
    expect(await effective(name)).toBe('Off by kubectl');
    const { spec, status } = await pages.get(SEQUENCERS, namespace, name);
    expect(spec.mode).toBe('Queue');
    expect(status?.reason).toContain('Queue in spec.mode has no effect until it changes.');
    const run = await submit(namespace, name);
    await until('the run is queued', async () => {
      const { status: queued } = await pages.get(RUNS, namespace, run.metadata.name);
      return queued?.reason?.startsWith(`The mode of ${name} is Off.`);
    });
    await pages.remove(RUNS, namespace, run.metadata);
    for (let syncs = 0; syncs < 2; syncs++) await kubectl([...sync], manifest(name, 'Queue'));
    expect(await effective(name)).toBe('Off by kubectl');

    await kubectl([...sync], manifest(name, 'Off'));
    await kubectl([...sync], manifest(name, 'Scheduler'));
    expect(await effective(name)).toBe('Scheduler by argocd-controller');

    await setOnPages(name, 'Off');
    await kubectl([...sync], manifest(name, 'Scheduler'));
    expect(await effective(name)).toBe('Off by alice');
    await kubectl([...sync], manifest(name, 'Queue'));
    expect(await effective(name)).toBe('Queue by argocd-controller');
    expect(await kubectl(['get', 'sequencer', name, '--no-headers'])).toMatch(new RegExp(`^${name} +Queue `));
  });
}

test('keeps what a user of the pages set while no operator was running', async () => {
  await kubectl(SYNC, manifest('away', 'Queue'));
  await effective('away');
  await operator.stop();
  await setOnPages('away', 'Off');
  await kubectl(SYNC, manifest('away', 'Queue'));
  operator = await startOperator(namespace);
  expect(await effective('away')).toBe('Off by alice');
});

test('takes a sync for what it is after a restart of the operator', async () => {
  await kubectl(SYNC, manifest('restarted', 'Queue'));
  await effective('restarted');
  await patch('restarted', 'Off');
  expect(await effective('restarted')).toBe('Off by kubectl');
  await operator.stop();
  await kubectl(SYNC, manifest('restarted', 'Queue'));
  operator = await startOperator(namespace);
  expect(await effective('restarted')).toBe('Off by kubectl');
});
