/** Pods of the API that start while the name of their database does not exist, in the installed release RELEASE_NAMESPACE. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '@sequencer/kubernetes/objects';
import { PODS, pathOf, type Resource } from '@sequencer/kubernetes/resources';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { client, until } from '@sequencer/testing/cluster/cluster';
import { report } from '../lib/figures.ts';

const OUTAGE_MS = 60_000;
const BOUND_S = 5;
const RELEASE = process.env.RELEASE_NAMESPACE;
const services: Resource<KubernetesObject & { spec: object }> = {
  apiVersion: 'v1',
  kind: 'Service',
  plural: 'services',
};
const ofPart = (part: string) => ({ labelSelector: `app.kubernetes.io/component=${part}` });

/** When the pod last failed to find its database, in ms as `Date.now()`: by its log, with the times of its node. */
async function lastFailureOf({ metadata }: Pod): Promise<number> {
  const path = `${pathOf(PODS, metadata.namespace, metadata.name)}/log`;
  const response = await client.open('GET', path, { query: { timestamps: true }, signal: AbortSignal.timeout(30_000) });
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response as AsyncIterable<string>) text += part;
  const failure = text.split('\n').findLast((line) => line.includes('waiting for the database'));
  if (failure === undefined) throw new Error(`${metadata.name} has never missed its database.`);
  return Date.parse(failure.split(' ', 1)[0] ?? '');
}

const isReady = ({ status }: Pod) =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;

export async function databaseName(): Promise<void> {
  if (RELEASE === undefined) {
    console.log('     not measured without RELEASE_NAMESPACE: API pods without the name of their database');
    return;
  }
  const [service] = await client.list(services, RELEASE, ofPart('database'));
  if (!service) throw new Error(`${RELEASE} has no bundled database.`);
  const { name, labels, annotations } = service.metadata;
  const old = await client.list(PODS, RELEASE, ofPart('api'));
  const pods = async () => {
    const all = await client.list(PODS, RELEASE, ofPart('api'));
    return all.filter(({ metadata }) => !old.some((pod) => pod.metadata.uid === metadata.uid));
  };
  await client.remove(services, RELEASE, service.metadata);
  try {
    const gone = performance.now();
    for (const { metadata } of old) await client.remove(PODS, RELEASE, metadata);
    await until('new API pods are running', async () => {
      const fresh = await pods();
      return fresh.length === old.length && fresh.every(({ status }) => status?.phase === 'Running');
    });
    await sleep(Math.max(0, gone + OUTAGE_MS - performance.now()));
    if ((await pods()).some(isReady)) throw new Error('an API pod is ready without its database');
  } finally {
    const metadata = { name, ...(labels && { labels }), ...(annotations && { annotations }) };
    await client.create(services, RELEASE, { metadata, spec: service.spec });
  }
  const back = Date.now();
  await until('all API pods are ready', async () => (await pods()).every(isReady));
  const ready = Date.now();
  const failures = await Promise.all((await pods()).map(lastFailureOf));
  const since = (time: number) => (ready - time) / 1000;
  // The name servers may remember for some seconds that the name does not exist. CoreDNS on the test cluster: up to 5 s.
  const seconds = since(Math.max(back, Math.min(...failures)));
  const containers = (await pods()).flatMap(({ status }) => status?.containerStatuses ?? []);
  const restarts = containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  report(
    `${old.length} API pods that start without the name of their database for ${OUTAGE_MS / 1000} s`,
    `${restarts} restarts; ready ${seconds.toFixed(1)} s after their name servers know the name, ${since(back).toFixed(1)} s after its Service`,
    `no restart, ready within ${BOUND_S} s`,
    restarts === 0 && seconds <= BOUND_S,
  );
}
