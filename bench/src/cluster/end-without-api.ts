/** Time from the end of a script until its run shows it, while the runner reaches no API. */
import { RUNS } from '@sequencer/kubernetes/resources';
import { client, logOf, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { report } from '../lib/figures.ts';
import { BenchNamespace } from './bench-namespace.ts';
import { runnerImage } from './runner-image.ts';

const TIMES = 5;
/** Longer than the runner is connected to nothing before the script ends. */
const SCRIPT = 'import time\ntime.sleep(3)\nprint(time.time() * 1000, flush=True)\n';

export async function endWithoutApi(): Promise<void> {
  await BenchNamespace.with(async (bench) => {
    const { namespace } = bench;
    await bench.leader();
    const times: number[] = [];
    for (let i = 1; i <= TIMES; i++) {
      const name = `seq${i}`;
      await makeSequencer(namespace, name, { recordGraceSeconds: 600, runner: runnerImage() });
      const { metadata } = await submit(namespace, name, { script: SCRIPT });
      await until('the run shows that its record waits', async () => {
        const { status } = await client.get(RUNS, namespace, metadata.name);
        return status?.conditions?.some((condition) => condition.type === 'Recording' && condition.status === 'True');
      });
      times.push((Date.now() - Number(await logOf(namespace, metadata.name))) / 1000);
    }
    const longest = Math.max(...times);
    report(
      `script ended to condition Recording without an API, ${TIMES} times`,
      `${times.map((time) => time.toFixed(1)).join(', ')} s`,
      'at most 5 s',
      longest <= 5,
    );
  });
}
