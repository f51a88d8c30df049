/** Runs per second in real pods, with a queue on each of several sequencers. */
import { RUNS } from '@sequencer/kubernetes/resources';
import { client, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { report } from '../lib/figures.ts';
import { BenchNamespace, Times, inParallel } from './bench-namespace.ts';
import { runnerImage } from './runner-image.ts';

const SEQUENCERS = 10;
const EACH = 10;

export async function throughput(): Promise<void> {
  await BenchNamespace.with(async (bench) => {
    const { namespace } = bench;
    await bench.leader();
    const names = Array.from({ length: SEQUENCERS }, (_, i) => `seq${i + 1}`);
    for (const name of names) await makeSequencer(namespace, name, { recordGraceSeconds: 0, runner: runnerImage() });
    // A watch: lists of all runs would take a fifth of the processor time that is measured.
    const ends = new Times(RUNS, namespace, ({ metadata, status }) => (status?.finishedAt ? metadata.name : null));
    const begun = performance.now();
    const queued = Array.from({ length: EACH }, () => names).flat();
    await inParallel(queued, 8, (name) => submit(namespace, name));
    await until('all runs have ended', () => ends.size === queued.length, 300_000);
    const seconds = (performance.now() - begun) / 1000;
    await ends.stop();
    const runs = await client.list(RUNS, namespace);
    const succeeded = runs.filter(({ status }) => status?.phase === 'Succeeded').length;
    const rate = queued.length / seconds;
    report(
      `${queued.length} runs on ${SEQUENCERS} sequencers, submitted together`,
      `${rate.toFixed(1)} per second; ${succeeded} succeeded`,
      'over 2 per second',
      rate > 2 && succeeded === queued.length,
    );
  });
}
