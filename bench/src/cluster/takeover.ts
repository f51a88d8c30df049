/** Time without an operator after kill -9 of the leader, and whether a running script is affected. */
import { PODS } from '@sequencer/kubernetes/resources';
import { client, inPhase, logOf, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { report } from '../lib/figures.ts';
import { BenchNamespace } from './bench-namespace.ts';
import { runnerImage } from './runner-image.ts';

const TIMES = 3;
const SCRIPT = 'import time\nfor i in range(1000):\n    print(i, flush=True)\n    time.sleep(0.1)\n';

export async function takeover(): Promise<void> {
  await BenchNamespace.with(async (bench) => {
    const { namespace } = bench;
    let leader = await bench.leader();
    await makeSequencer(namespace, 'busy', { recordGraceSeconds: 0, runner: runnerImage() });
    const { metadata } = await submit(namespace, 'busy', { script: SCRIPT });
    const run = metadata.name;
    await inPhase(namespace, run, 'Running');
    const before = await client.get(PODS, namespace, run);
    const times: number[] = [];
    for (let i = 1; i <= TIMES; i++) {
      const name = `free${i}`;
      await makeSequencer(namespace, name, { runner: { ...runnerImage(), nodeSelector: { nowhere: 'yes' } } });
      const next = await bench.operator(`next-${i}`);
      leader.process.kill('SIGKILL');
      const begun = performance.now();
      const waiting = await submit(namespace, name);
      await until('the next operator has created a pod', () => client.find(PODS, namespace, waiting.metadata.name));
      times.push((performance.now() - begun) / 1000);
      leader = next;
    }
    const after = await client.get(PODS, namespace, run);
    const lines = (await logOf(namespace, run)).trim().split('\n').map(Number);
    const unaffected =
      after.metadata.uid === before.metadata.uid &&
      after.metadata.deletionTimestamp === undefined &&
      lines.length > 10 &&
      lines.every((line, i) => line === i);
    const longest = Math.max(...times);
    report(
      `operator killed (-9) to the next pod created by another operator, ${TIMES} times`,
      `${times.map((time) => time.toFixed(1)).join(', ')} s; the running script was ${unaffected ? 'not affected' : 'AFFECTED'}`,
      'under 20 s, no running pod affected',
      longest < 20 && unaffected,
    );
  });
}
