/** Time from the run object to its pod: the operator's share. No node runs the pods. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PODS } from '@sequencer/kubernetes/resources';
import { makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { NOWHERE } from '@sequencer/testing/cluster/fake-node';
import { get } from '@sequencer/testing/cluster/operator-process';
import { report } from '../lib/figures.ts';
import { median, quantile } from '../lib/numbers.ts';
import { BenchNamespace, Times, inParallel } from './bench-namespace.ts';

const ONE_BY_ONE = 100;
const MANY = Number(process.env.BURST_RUNS ?? 1000);
const SECONDS = (60 * MANY) / 1000;

const sequencers = (count: number) => Array.from({ length: count }, (_, i) => `seq${i + 1}`);

function createSequencer(namespace: string, name: string) {
  return makeSequencer(namespace, name, { runner: { image: 'x', env: [], egress: [], nodeSelector: NOWHERE } });
}

const summary = (times: number[]) =>
  `p50 ${median(times).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms, max ${Math.max(...times).toFixed(0)} ms`;

/** One run at a time, each on a new sequencer. */
export async function oneByOne(): Promise<void> {
  const times = await BenchNamespace.with(async (bench) => {
    const { namespace } = bench;
    await bench.leader();
    const pods = new Times(PODS, namespace, ({ metadata }) => metadata.name);
    const delays: number[] = [];
    for (const name of sequencers(ONE_BY_ONE)) {
      await createSequencer(namespace, name);
      // Until the operator has written the status of the new sequencer.
      await sleep(200);
      const { metadata } = await submit(namespace, name);
      const created = Date.now();
      delays.push((await until(`${name} has a pod`, () => pods.at(metadata.name))) - created);
    }
    await pods.stop();
    return delays;
  });
  const p99 = quantile(times, 0.99);
  report(`run created to pod created, one at a time (${ONE_BY_ONE})`, summary(times), 'p99 under 200 ms', p99 < 200);
}

/** One run on each of many sequencers, submitted at a steady rate. */
export async function burst(): Promise<void> {
  const times = await BenchNamespace.with(async (bench) => {
    const { namespace } = bench;
    await inParallel(sequencers(MANY), 16, (name) => createSequencer(namespace, name));
    const operator = await bench.leader();
    await until('the operator has reconciled all sequencers', async () => {
      const metrics = await get(operator, '/metrics');
      const count = /reconcile_seconds_count\{kind="Sequencer",result="done"\} (\d+)/.exec(metrics)?.[1];
      return Number(count ?? 0) >= MANY && !/queue_depth\{queue="\w+"\} [1-9]/.test(metrics);
    });
    const pods = new Times(PODS, namespace, ({ metadata }) => metadata.name);
    const created = new Map<string, number>();
    const begun = performance.now();
    const submitted = sequencers(MANY).map(async (name, i) => {
      await sleep(Math.max(0, begun + (i / MANY) * SECONDS * 1000 - performance.now()));
      const { metadata } = await submit(namespace, name);
      created.set(metadata.name, Date.now());
    });
    await Promise.all(submitted);
    await until('each has a pod', () => [...created.keys()].every((run) => pods.at(run) !== undefined), 300_000);
    await pods.stop();
    return [...created].map(([run, at]) => (pods.at(run) ?? NaN) - at);
  });
  const p99 = quantile(times, 0.99);
  const what = `run created to pod created, ${MANY} runs on ${MANY} sequencers in ${SECONDS.toFixed(0)} s`;
  report(what, summary(times), 'p99 under 2 s', p99 < 2000);
}
