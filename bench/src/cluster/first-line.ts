/** Time from the run object to the first line of its script in a real pod, and the share of each component. */
import type { Pod } from '@sequencer/kubernetes/objects';
import { PODS } from '@sequencer/kubernetes/resources';
import { ANNOTATIONS, LABELS } from '@sequencer/model/kubernetes/names';
import { z } from 'zod';
import { client, inPhase, logOf, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { report } from '../lib/figures.ts';
import { median } from '../lib/numbers.ts';
import { BenchNamespace, Times } from './bench-namespace.ts';
import { runnerImage } from './runner-image.ts';

const RUNS = 15;

/**
 * Prints when its first line ran, the age of the runner process then (to 10 ms), and the age of the run's files in the pod.
 * All clocks are those of one machine.
 */
const SCRIPT = `import time; at = time.time(); up = time.clock_gettime(time.CLOCK_BOOTTIME)
import json, os
fields = open(f'/proc/{os.getppid()}/stat').read().rsplit(')', 1)[1].split()
print(json.dumps({
    'at': at * 1000,
    'up': (up - int(fields[19]) / os.sysconf('SC_CLK_TCK')) * 1000,
    'files_age': (at - os.lstat('/run/sequencer/..data').st_mtime) * 1000,
}))
`;

const outputSchema = z.object({ at: z.number(), up: z.number(), files_age: z.number() });

interface Shares {
  operator: number;
  runner: number;
  kubelet: number;
}

async function warmPod(namespace: string): Promise<Pod | undefined> {
  const pods = await client.list(PODS, namespace, { labelSelector: `${LABELS.sequencer},!${LABELS.run}` });
  return pods.find(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === 'Running');
}

async function measure(warm: boolean): Promise<Shares[]> {
  return BenchNamespace.with(async (bench) => {
    const { namespace } = bench;
    await bench.leader();
    const pods = new Times(PODS, namespace, ({ metadata }) => {
      const { labels, annotations } = metadata;
      return (warm ? annotations?.[ANNOTATIONS.assignedAt] : true) === undefined
        ? null
        : (labels?.[LABELS.run] ?? null);
    });
    await makeSequencer(namespace, 'satp1', {
      recordGraceSeconds: 0,
      runner: { ...runnerImage(), warm: warm ? 1 : 0 },
    });
    const list: Shares[] = [];
    for (let i = 0; i < RUNS; i++) {
      if (warm) {
        const pod = await until('a warm pod is running', () => warmPod(namespace));
        // Python in the pod has to be ready as well, as it is some seconds after a run.
        const age = Date.now() - Date.parse(pod.metadata.creationTimestamp);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, 6000 - age)));
      }
      const { metadata } = await submit(namespace, 'satp1', { script: SCRIPT });
      const created = Date.now();
      const { status } = await inPhase(namespace, metadata.name, 'Succeeded');
      const {
        at,
        up,
        files_age: filesAge,
      } = outputSchema.parse(JSON.parse(await logOf(namespace, status?.podName ?? '')));
      if (warm !== (status?.podName !== metadata.name)) throw new Error(`unexpected pod: ${status?.podName ?? ''}`);
      const operator = (await until('its pod was seen', () => pods.at(metadata.name))) - created;
      const runner = warm ? filesAge : up;
      list.push({ operator, runner, kubelet: at - created - operator - runner });
    }
    await pods.stop();
    return list;
  });
}

function reportShares(what: string, shares: Shares[], bound: number): void {
  const own = median(shares.map(({ operator, runner }) => operator + runner));
  const all = median(shares.map(({ operator, runner, kubelet }) => operator + runner + kubelet));
  const p50 = (who: keyof Shares) => median(shares.map((share) => share[who])).toFixed(0);
  report(
    `run created to first line, ${what}: own share`,
    `p50 ${own.toFixed(0)} ms (operator ${p50('operator')}, runner ${p50('runner')}); with the kubelet's ${p50('kubelet')}: ${all.toFixed(0)} ms`,
    `p50 under ${bound} ms`,
    own < bound,
  );
}

export async function firstLine(): Promise<void> {
  reportShares('image present', await measure(false), 400);
}

export async function warm(): Promise<void> {
  reportShares('warm pod', await measure(true), 150);
}
