/**
 * Real scripts in real pods while parts of the cluster and of the operator are killed (-9), one at a time and at random.
 * Looked at all the time: no run twice, one at a time a sequencer, ends that stay. After each kill something ends again.
 * Afterwards each script's own lines tell whether it ran once, in which order, and whether its end is what the run says.
 *
 * DURATION in seconds; RUNNER_IMAGE, and the commands of `hooks.ts`.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { PODS, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { LABELS } from '@sequencer/model/kubernetes/names';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalWord } from '@sequencer/model/kubernetes/words';
import { isDown, runnerState } from '../src/runs/ending.ts';
import {
  client,
  dropNamespace,
  logOf,
  makeNamespace,
  makeSequencer,
  submit,
  until,
} from '../test-cluster/support/cluster.ts';
import { startProcess, type OperatorProcess } from '../test-cluster/support/operator-process.ts';
import { randomFrom, seed } from '../test-cluster/support/random.ts';
import { Watcher } from '../test-cluster/support/watcher.ts';
import { call } from './hooks.ts';

const SECONDS = Number(process.env.DURATION ?? 120);
const image = process.env.RUNNER_IMAGE ?? '';
const NAMES = ['one', 'two'];
const random = randomFrom(seed);
const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];

/** What it says of itself: that it began, by its wall clock, each line once, and that it came to its end. */
const SCRIPT = `import time
print('begun', time.time(), flush=True)
for i in range(30):
    print(i, flush=True)
    time.sleep(0.1)
print('ended', time.time(), flush=True)
`;

let namespace: string;
const operators: OperatorProcess[] = [];
let operatorsMade = 0;
const kills = new Map<string, number>();
/** Of those tries that found a script running. */
let shims = 0;

/** While the API server is away people try again. */
async function patiently<T>(what: string, action: () => Promise<T>): Promise<T> {
  const { value } = await until(what, async () => ({ value: await action() }), 120_000);
  return value;
}

async function addOperator(): Promise<void> {
  operatorsMade += 1;
  operators.push(await startProcess(namespace, `operator-${operatorsMade}`));
}

beforeAll(async () => {
  if (image === '') throw new Error('RUNNER_IMAGE is not set: make one with scripts/test-runner-image.');
  namespace = await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  for (const [index, name] of NAMES.entries()) {
    const runner = { image, imagePullPolicy: 'Never' as const, env: [], egress: [], warm: index };
    await makeSequencer(namespace, name, { recordGraceSeconds: 0, runner });
  }
  await addOperator();
  await addOperator();
});
afterAll(async () => {
  for (const { process: child } of operators) child.kill('SIGKILL');
  await patiently('the namespace can go', () => dropNamespace(namespace));
});

const KILLS: Record<string, () => Promise<void>> = {
  operator: async () => {
    const victim = operators.splice(Math.floor(random() * operators.length), 1)[0];
    if (!victim) return;
    const exit = once(victim.process, 'exit');
    victim.process.kill('SIGKILL');
    await exit;
    await addOperator();
  },
  apiserver: () => call('CHAOS_KILL', 'apiserver'),
  etcd: () => call('CHAOS_KILL', 'etcd'),
  'controller-manager': () => call('CHAOS_KILL', 'controller-manager'),
  kubelet: () => call('CHAOS_KILL', process.env.CHAOS_KUBELET ?? 'kubelet'),
  shim: async () => {
    const pods = await patiently('pods are listed', () => client.list(PODS, namespace, { labelSelector: LABELS.run }));
    const victim = pick(pods.filter((pod) => !isDown(pod, Date.now()) && runnerState(pod).running));
    if (!victim) return;
    try {
      await call('CHAOS_KILL_POD', victim.metadata.uid);
      shims += 1;
    } catch (error) {
      // It may have ended meanwhile: then nothing of it is left to kill.
      const { namespace: of, name } = victim.metadata;
      const pod = await patiently('the pod is looked at', async () => ({ pod: await client.find(PODS, of, name) }));
      if (pod.pod && !isDown(pod.pod, Date.now())) throw error;
    }
  },
};

async function resumeAll(): Promise<void> {
  for (const { metadata, status, spec } of await client.list(SEQUENCERS, namespace)) {
    if (status?.hold && spec.resumeAfter !== status.hold.run) {
      await client.merge(SEQUENCERS, namespace, metadata.name, { spec: { resumeAfter: status.hold.run } });
    }
  }
}

/** Keeps some runs waiting, and the queues going. */
async function bePeople(signal: AbortSignal, submitted: Map<string, string[]>): Promise<void> {
  while (!signal.aborted) {
    try {
      await resumeAll();
      const runs = await client.list(RUNS, namespace);
      for (const name of NAMES) {
        const open = runs.filter(({ spec, status }) => spec.sequencer === name && !isFinalWord(status?.phase));
        if (open.length >= 3) continue;
        const { metadata } = await submit(namespace, name, { script: SCRIPT });
        submitted.get(name)?.push(metadata.name);
      }
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
    }
    await sleep(300);
  }
}

interface Told {
  run: SequencerRun;
  lines: string[];
}

/** What is wrong with what a script says of its run. */
function faultsOf({ run, lines }: Told): string[] {
  const name = run.metadata.name;
  const phase = run.status?.phase ?? '';
  const faults: string[] = [];
  const begun = lines.filter((line) => line.startsWith('begun'));
  const ended = lines.some((line) => line.startsWith('ended'));
  const numbers = lines.filter((line) => /^\d+$/.test(line)).map(Number);
  if (begun.length > 1) faults.push(`${name} began ${begun.length} times`);
  if (numbers.some((number, i) => number !== i)) faults.push(`${name} printed ${numbers.join(' ')}`);
  if (phase === 'Succeeded' && !(ended && numbers.length === 30))
    faults.push(`${name} succeeded, but did not come to its end`);
  if (phase === 'Cancelled' && begun.length > 0) faults.push(`${name} is Cancelled, but began`);
  return faults;
}

test(
  `whatever is killed, each script runs once, in order, and ends as its run says (seed ${seed})`,
  {
    timeout: (SECONDS + 400) * 1000,
  },
  async () => {
    const people = new AbortController();
    const watching = new AbortController();
    const watcher = new Watcher(namespace);
    const submitted = new Map(NAMES.map((name) => [name, [] as string[]]));
    let away = 0;
    const background = Promise.all([
      bePeople(people.signal, submitted),
      watcher.watch(watching.signal, 200, () => (away += 1)),
    ]);
    const deadline = performance.now() + SECONDS * 1000;
    const recoveries: number[] = [];
    // Each kind at least once, then at random.
    const planned = Object.keys(KILLS);
    while (performance.now() < deadline || planned.length > 0) {
      await sleep(2000 + 2000 * random());
      const kind = planned.shift() ?? pick(Object.keys(KILLS)) ?? 'operator';
      const endedBefore = watcher.ends.size;
      await KILLS[kind]?.();
      kills.set(kind, (kills.get(kind) ?? 0) + 1);
      const begun = performance.now();
      await until(`runs end again after the ${kind} was killed`, () => watcher.ends.size >= endedBefore + 2, 150_000);
      recoveries.push((performance.now() - begun) / 1000);
      expect(watcher.faults).toEqual([]);
    }
    people.abort();
    await until(
      'all that was submitted has ended',
      async () => {
        await resumeAll();
        return (await client.list(RUNS, namespace)).every(({ status }) => isFinalWord(status?.phase));
      },
      120_000,
    );
    await watcher.look();
    watching.abort();
    await background;

    const runs = await client.list(RUNS, namespace);
    const faults = [...watcher.faults];
    const beginnings = new Map<string, [string, number][]>();
    const phases = new Map<string, number>();
    for (const run of runs) {
      const log = await patiently('the log is read', () => logOf(namespace, run.status?.podName ?? run.metadata.name));
      const lines = log.split('\n').filter(Boolean);
      faults.push(...faultsOf({ run, lines }));
      phases.set(run.status?.phase ?? '', (phases.get(run.status?.phase ?? '') ?? 0) + 1);
      const begun = Number(lines.find((line) => line.startsWith('begun'))?.split(' ')[1]);
      const list = beginnings.get(run.spec.sequencer) ?? [];
      if (Number.isFinite(begun)) beginnings.set(run.spec.sequencer, [...list, [run.metadata.name, begun]]);
    }
    for (const [name, list] of beginnings) {
      const order = list.sort(([, a], [, b]) => a - b).map(([run]) => run);
      const asked = (submitted.get(name) ?? []).filter((run) => order.includes(run));
      // What an API server that was killed took, and could not say, nobody knows the place of.
      const known = order.filter((run) => asked.includes(run));
      if (known.join() !== asked.join()) faults.push(`${name} ran ${known.join()}, asked for ${asked.join()}`);
    }
    const words = (map: Map<string, number>) => [...map].map(([key, value]) => `${key} ${value}`).join(', ');
    console.log(
      [
        `chaos, ${SECONDS} s, seed ${seed}`,
        `  killed: ${words(kills)} (${shims} of a running script)`,
        `  runs: ${runs.length} (${words(phases)}); the API server did not answer ${away} of ${away + watcher.looks} looks`,
        `  until two more runs had ended after a kill: at most ${Math.max(...recoveries).toFixed(1)} s`,
        `  faults: ${faults.length === 0 ? 'none' : faults.join('; ')}`,
      ].join('\n'),
    );
    expect(faults).toEqual([]);
    expect(runs.length).toBeGreaterThan(kills.size);
  },
);
