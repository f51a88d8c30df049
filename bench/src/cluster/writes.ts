/** Writes to the API server for one run, by its own metrics: of all clients, also the kubelet and the scheduler. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { inPhase, client, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { report } from '../lib/figures.ts';
import { BenchNamespace } from './bench-namespace.ts';
import { runnerImage } from './runner-image.ts';

const SECONDS = Number(process.env.WRITES_SECONDS ?? 90);
const FULL_SECONDS = 600;
/** The namespace of an installed release; without it only an operator runs. */
const RELEASE = process.env.RELEASE_NAMESPACE;
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE']);
/** Resources that are written for a run. Leases, nodes and others are written without runs as well. */
const RUN_RESOURCES = new Set([
  'sequencerruns',
  'sequencers',
  'pods',
  'secrets',
  'configmaps',
  'networkpolicies',
  'events',
]);

/** Number of writes so far, by resource and subresource. */
async function countWrites(): Promise<Map<string, number>> {
  const response = await client.open('GET', '/metrics', { signal: AbortSignal.timeout(30_000) });
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response as AsyncIterable<string>) text += part;
  const counts = new Map<string, number>();
  for (const [, labels = '', value] of text.matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)) {
    const label = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    if (!WRITES.has(label('verb')) || !RUN_RESOURCES.has(label('resource'))) continue;
    const key = [label('resource'), label('subresource')].filter(Boolean).join('/');
    counts.set(key, (counts.get(key) ?? 0) + Number(value));
  }
  return counts;
}

function difference(before: Map<string, number>, after: Map<string, number>): Map<string, number> {
  const growth = [...after].map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const);
  return new Map(growth.filter(([, value]) => value > 0));
}

const sum = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
const list = (counts: Map<string, number>) => [...counts].map(([key, value]) => `${key} ${value}`).join(', ');

export async function writes(): Promise<void> {
  if (RELEASE !== undefined) {
    await measure(RELEASE, 'with operator, API and runner of a release');
    return;
  }
  await BenchNamespace.with(async (bench) => {
    await bench.leader();
    await measure(bench.namespace, 'without an API');
  });
}

async function measure(namespace: string, who: string): Promise<void> {
  const sequencer = await makeSequencer(namespace, 'bench-writes', { recordGraceSeconds: 0, runner: runnerImage() });
  // A script that prints one line per second, with a steady state between its beginning and end.
  const script = `import time\nfor i in range(${SECONDS + 10}):\n    print(i, flush=True)\n    time.sleep(1)\n`;
  const before = await countWrites();
  const { metadata } = await submit(namespace, sequencer.metadata.name, { script });
  await inPhase(namespace, metadata.name, 'Running');
  if (RELEASE !== undefined) {
    await until('the runner is connected to the API', async () => {
      return (await client.get(RUNS, namespace, metadata.name)).status?.runner?.connected;
    });
  }
  await sleep(5000);
  const steady = await countWrites();
  await sleep(SECONDS * 1000);
  const later = await countWrites();
  await until('the script has ended', async () => {
    return (await client.get(RUNS, namespace, metadata.name)).status?.phase === 'Succeeded';
  });
  await sleep(3000);
  const after = await countWrites();
  const during = difference(steady, later);
  const rate = sum(during) / SECONDS;
  const ends = sum(difference(before, steady)) + sum(difference(later, after));
  const total = ends + rate * FULL_SECONDS;
  console.log(`     all: ${list(difference(before, after))}`);
  console.log(`     in ${SECONDS} s in the middle: ${list(during) || 'none'}`);
  report(
    `writes to the API server for a run at 1 line/s, ${who}`,
    `${rate.toFixed(2)} per second during ${SECONDS} s, ${ends} at beginning and end; in total ${total.toFixed(0)} for 10 min`,
    'at most 1 per second, under 700 in 10 min',
    // One write may fall on the edge of the measured interval.
    sum(during) <= SECONDS + 1 && total < 700,
  );
  if (RELEASE !== undefined) {
    await client.remove(RUNS, namespace, metadata);
    await client.remove(SEQUENCERS, namespace, sequencer.metadata);
  }
}
