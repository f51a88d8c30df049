/** What one run costs the API server in writes, by its own count: everybody's, also the kubelet's and the scheduler's. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { inPhase, client, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { report } from '../figures.ts';
import { Place } from './place.ts';
import { runnerImage } from './runner-image.ts';

const SECONDS = Number(process.env.WRITES_SECONDS ?? 90);
const FULL_SECONDS = 600;
/** The namespace of a release that is installed; without one there is an operator alone. */
const RELEASE = process.env.RELEASE_NAMESPACE;
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE']);
/** What a run is made of. Leases, nodes and the like are written without runs as well. */
const OF_A_RUN = new Set(['sequencerruns', 'sequencers', 'pods', 'secrets', 'configmaps', 'networkpolicies', 'events']);

/** By resource and subresource. */
async function count(): Promise<Map<string, number>> {
  const response = await client.open('GET', '/metrics', { signal: AbortSignal.timeout(30_000) });
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response as AsyncIterable<string>) text += part;
  const counts = new Map<string, number>();
  for (const [, labels = '', value] of text.matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)) {
    const label = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    if (!WRITES.has(label('verb')) || !OF_A_RUN.has(label('resource'))) continue;
    const key = [label('resource'), label('subresource')].filter(Boolean).join('/');
    counts.set(key, (counts.get(key) ?? 0) + Number(value));
  }
  return counts;
}

function difference(before: Map<string, number>, after: Map<string, number>): Map<string, number> {
  const grown = [...after].map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const);
  return new Map(grown.filter(([, value]) => value > 0));
}

const sum = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
const words = (counts: Map<string, number>) => [...counts].map(([key, value]) => `${key} ${value}`).join(', ');

export async function writes(): Promise<void> {
  if (RELEASE !== undefined) {
    await measure(RELEASE, 'with operator, API and runner of a release');
    return;
  }
  await Place.with(async (place) => {
    await place.leader();
    await measure(place.namespace, 'without an API');
  });
}

async function measure(namespace: string, who: string): Promise<void> {
  const sequencer = await makeSequencer(namespace, 'bench-writes', { recordGraceSeconds: 0, runner: runnerImage() });
  // What a script does in a steady state apart from its beginning and end.
  const script = `import time\nfor i in range(${SECONDS + 10}):\n    print(i, flush=True)\n    time.sleep(1)\n`;
  const before = await count();
  const { metadata } = await submit(namespace, sequencer.metadata.name, { script });
  await inPhase(namespace, metadata.name, 'Running');
  if (RELEASE !== undefined) {
    await until('the API has the runner on the line', async () => {
      return (await client.get(RUNS, namespace, metadata.name)).status?.runner?.connected;
    });
  }
  await sleep(5000);
  const steady = await count();
  await sleep(SECONDS * 1000);
  const later = await count();
  await until('the script has ended', async () => {
    return (await client.get(RUNS, namespace, metadata.name)).status?.phase === 'Succeeded';
  });
  await sleep(3000);
  const after = await count();
  const during = difference(steady, later);
  const rate = sum(during) / SECONDS;
  const ends = sum(difference(before, steady)) + sum(difference(later, after));
  const total = ends + rate * FULL_SECONDS;
  console.log(`     all: ${words(difference(before, after))}`);
  console.log(`     in ${SECONDS} s of the middle: ${words(during) || 'none'}`);
  report(
    `writes to the API server for a run at 1 line/s, ${who}`,
    `${rate.toFixed(2)} a second in ${SECONDS} s, beginning and end ${ends}; for 10 min that makes ${total.toFixed(0)}`,
    'at most 1 a second, under 700 in 10 min',
    // One may fall on the edge of what was measured.
    sum(during) <= SECONDS + 1 && total < 700,
  );
  if (RELEASE !== undefined) {
    await client.remove(RUNS, namespace, metadata);
    await client.remove(SEQUENCERS, namespace, sequencer.metadata);
  }
}
