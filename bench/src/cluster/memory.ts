/** Memory and start time of an operator in a namespace with many ended runs. */
import { RUNS } from '@sequencer/kubernetes/resources';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import { client, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { get } from '@sequencer/testing/cluster/operator-process';
import { report } from '../lib/figures.ts';
import { median } from '../lib/numbers.ts';
import { BenchNamespace, inParallel, memoryOf } from './bench-namespace.ts';

const ENDED_RUNS_COUNT = Number(process.env.ENDED_RUNS ?? 10_000);
const SEQUENCERS = 10;
const STARTS = 3;

const SCRIPT = `${'# a line of a script of some length, as people write them\n'.repeat(40)}print(1)\n`;
const AT = wholeSeconds(new Date());
const condition = (type: string, reason: string) => ({
  type,
  status: 'True',
  reason,
  message: 'All statements are done.',
  lastTransitionTime: AT,
});
/** The status of an ended run. */
const ENDED = {
  phase: 'Succeeded',
  reason: 'All statements are done.',
  conditions: [
    condition('Scheduled', 'Claimed'),
    condition('RunnerConnected', 'Connected'),
    condition('Finished', 'Succeeded'),
  ],
  observedGeneration: 1,
  podName: 'satp1-7kq2x',
  podUID: '00000000-0000-4000-8000-000000000000',
  submittedBy: 'alice',
  startedAt: AT,
  finishedAt: AT,
  exitCode: 0,
  position: { line: 118, statement: 37, of: 37, progress: '37/37' },
  runner: { connected: false, outcome: 'Succeeded', exitCode: 0, lastSeq: 1200 },
};

export async function memory(): Promise<void> {
  await BenchNamespace.with(async (bench) => {
    const { namespace } = bench;
    const history = { keepRuns: 10_000, ttlSecondsAfterFinished: 604_800 };
    for (let i = 1; i <= SEQUENCERS; i++) await makeSequencer(namespace, `seq${i}`, { mode: 'Off', history });
    const numbers = Array.from({ length: ENDED_RUNS_COUNT }, (_, i) => i);
    await inParallel(numbers, 24, async (number) => {
      const { metadata } = await submit(namespace, `seq${(number % SEQUENCERS) + 1}`, { script: SCRIPT });
      const status = { ...ENDED, number, place: number };
      await client.merge(RUNS, namespace, metadata.name, { status }, 'status');
    });
    const ready: number[] = [];
    const sizes: { current: number; peak: number }[] = [];
    for (let i = 0; i < STARTS; i++) {
      const begun = performance.now();
      const operator = await bench.operator(`memory-${i}`);
      ready.push((performance.now() - begun) / 1000);
      // Every run was reconciled at least once.
      await until('the operator has reconciled all runs', async () => {
        const metrics = await get(operator, '/metrics');
        const count = /reconcile_seconds_count\{kind="SequencerRun",result="done"\} (\d+)/.exec(metrics)?.[1];
        return Number(count ?? 0) >= ENDED_RUNS_COUNT && !/queue_depth\{queue="\w+"\} [1-9]/.test(metrics);
      });
      sizes.push(memoryOf(operator));
      const exited = new Promise((resolve) => operator.process.once('exit', resolve));
      operator.process.kill('SIGTERM');
      await exited;
    }
    const current = Math.max(...sizes.map((size) => size.current));
    const peak = Math.max(...sizes.map((size) => size.peak));
    const what = `the operator with ${ENDED_RUNS_COUNT.toLocaleString('en')} ended runs`;
    report(`${what}: memory`, `${current.toFixed(0)} MB, at most ${peak.toFixed(0)} MB`, 'under 250 MB', peak < 250);
    report(`${what}: process start to ready`, `${median(ready).toFixed(1)} s`, 'under 5 s', median(ready) < 5);
  });
}
