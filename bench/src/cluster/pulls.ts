/** In the mode Scheduler: from the begin of a pull to the first line of its script in a real pod. The scheduler answers immediately. */
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { endedPulls } from '@sequencer/model/kubernetes/scheduler';
import { client, logOf, makeSequencer, until } from '@sequencer/testing/cluster/cluster';
import { report } from '../lib/figures.ts';
import { firstLineAt, startInstantScheduler } from '../lib/instant-scheduler.ts';
import { median, quantile } from '../lib/numbers.ts';
import { BenchNamespace } from './bench-namespace.ts';
import { runnerImage } from './runner-image.ts';

/** Ten seconds apart or more, by the rule of the mode. The status has the last ten. */
const PULLS = 10;
const BOUND_MS = 5000;
const TIMEOUT_MS = 400_000;

export async function pulls(): Promise<void> {
  const scheduler = await startInstantScheduler();
  try {
    const times = await BenchNamespace.with(async (bench) => {
      await bench.leader();
      await makeSequencer(bench.namespace, 'satp1', {
        mode: 'Scheduler',
        recordGraceSeconds: 0,
        scheduler: { url: scheduler.url },
        runner: runnerImage(),
      });
      const sequencer = await until(
        'there were enough pulls',
        async () => {
          const object = await client.get(SEQUENCERS, bench.namespace, 'satp1');
          return endedPulls(object.status?.scheduler).length >= PULLS && object;
        },
        TIMEOUT_MS,
      );
      // The run of the last pull may not have started.
      const ended = endedPulls(sequencer.status?.scheduler).slice(1);
      return Promise.all(ended.map((pull) => timeOf(bench.namespace, pull)));
    });
    const p95 = quantile(times, 0.95);
    report(
      'pull to first line, on Kubernetes',
      `p50 ${median(times).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
      `p95 under ${String(BOUND_MS)} ms`,
      p95 < BOUND_MS,
    );
  } finally {
    scheduler.close();
  }
}

async function timeOf(namespace: string, { at, run = '' }: { at: string; run?: string | undefined }): Promise<number> {
  const { status } = await client.get(RUNS, namespace, run);
  const line = firstLineAt(await logOf(namespace, status?.podName ?? ''));
  if (line === null) throw new Error(`${run} printed nothing: ${JSON.stringify(status)}`);
  return line - Date.parse(at);
}
