/** The client of the tests' cluster, which KUBECONFIG names, and helpers for its objects. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesClient, defaultKubeConfig, type New } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { PODS, RUNS, SEQUENCERS, pathOf, type Resource } from '@sequencer/kubernetes/resources';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import type { Sequencer, SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import type { RunSpec, SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalKubernetesPhase, type KubernetesPhase } from '@sequencer/model/kubernetes/enums';

/** The field manager of the tests: they change objects as `kubectl patch` does. */
export const KUBECTL = 'kubectl-patch';

export const client = new KubernetesClient(defaultKubeConfig(), KUBECTL);

type Definition = KubernetesObject & {
  spec: object;
  status?: { conditions?: { type: string; status: string }[] };
};

export const crds: Resource<Definition> = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
};

export const namespaces: Resource<KubernetesObject> = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' };

export const namespaceName = () => `test-${randomBytes(4).toString('hex')}`;

/** Creates a namespace for one test. `dropNamespace` does not wait until it is deleted. */
export async function makeNamespace(labels: Record<string, string> = {}, name = namespaceName()): Promise<string> {
  await client.create(namespaces, null, { metadata: { name, labels } });
  return name;
}

export async function dropNamespace(name: string): Promise<void> {
  // No operator is running that would remove the finalizers.
  for (const { apiVersion, kind: word, plural } of [RUNS, PODS, SEQUENCERS]) {
    const kind: Resource<KubernetesObject> = { apiVersion, kind: word, plural };
    for (const { metadata } of await client.list(kind, name)) {
      await client.merge(kind, name, metadata.name, { metadata: { finalizers: null } }).catch(ignoreNotFound);
    }
  }
  const { metadata } = await client.get(namespaces, null, name);
  await client.remove(namespaces, null, metadata);
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof KubernetesError && error.notFound)) throw error;
}

/** The condition can no longer become true, so `until` stops waiting. */
class ConditionUnreachable extends Error {}

/** Polls until the function returns a truthy value, and returns that. Its last error is the cause of the timeout. */
export async function until<T>(
  what: string,
  poll: () => T | Promise<T>,
  withinMs = 60_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await poll();
      if (value !== null && value !== undefined && value !== false) return value as NonNullable<Exclude<T, false>>;
      last = undefined;
    } catch (error) {
      if (error instanceof ConditionUnreachable) throw error;
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`timed out waiting until ${what}`, { cause: last });
    await sleep(50);
  }
}

/** Without an API, nothing waits for the record of a run, unless `spec` has a time. */
export function makeSequencer(namespace: string, name: string, spec: Partial<SequencerSpec> = {}): Promise<Sequencer> {
  return client.create(SEQUENCERS, namespace, {
    metadata: { name },
    spec: {
      mode: 'Queue',
      recordGraceSeconds: 0,
      runner: { image: 'localhost/runner:test' },
      ...spec,
    } as SequencerSpec,
  });
}

/** Submits a run as a user does: the API server sets the defaults. */
export function submit(
  namespace: string,
  sequencer: string,
  spec: Partial<RunSpec> = {},
  metadata: Partial<New<SequencerRun>['metadata']> = {},
): Promise<SequencerRun> {
  const script = spec.scriptFrom ? {} : { script: 'print(1)\n' };
  return client.create(RUNS, namespace, {
    metadata: { generateName: `${sequencer}-`, ...metadata },
    spec: { sequencer, ...script, ...spec } as RunSpec,
  });
}

/** The log of a run's pod; empty if there is none yet. */
export async function logOf(namespace: string, run: string): Promise<string> {
  try {
    const path = `${pathOf(PODS, namespace, run)}/log?container=runner`;
    const response = await client.open('GET', path, { signal: AbortSignal.timeout(10_000) });
    let text = '';
    response.setEncoding('utf8');
    for await (const part of response as AsyncIterable<string>) text += part;
    return text;
  } catch (error) {
    // The container does not exist yet.
    if (error instanceof KubernetesError && (error.status === 400 || error.notFound)) return '';
    throw error;
  }
}

export function inPhase(namespace: string, run: string, phase: KubernetesPhase): Promise<SequencerRun> {
  return until(`${run} is ${phase}`, async () => {
    const found = await client.get(RUNS, namespace, run);
    if (found.status?.phase === phase) return found;
    const message = `${run} is not ${phase}: ${JSON.stringify(found.status)}`;
    throw isFinalKubernetesPhase(found.status?.phase) ? new ConditionUnreachable(message) : new Error(message);
  });
}

/** Waits until `status.reason` of the run matches. */
export function reasonMatches(
  namespace: string,
  run: string,
  pattern: RegExp,
  withinMs?: number,
): Promise<SequencerRun> {
  return until(
    `the reason of ${run} matches ${String(pattern)}`,
    async () => {
      const found = await client.get(RUNS, namespace, run);
      if (pattern.test(found.status?.reason ?? '')) return found;
      throw new Error(JSON.stringify(found.status));
    },
    withinMs,
  );
}
