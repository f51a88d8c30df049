/** Random commands on one sequencer, each followed by a look whether the queue rule of the model says the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PODS, RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { nextRun, type RunStart } from '@sequencer/model';
import { client, dropNamespace, makeNamespace, makeSequencer, submit, until } from '@sequencer/testing/cluster/cluster';
import { FakeNode, NOWHERE, outcome } from '@sequencer/testing/cluster/fake-node';
import { startOperator, type RunningOperator } from '@sequencer/testing/cluster/operators';
import { randomFrom, seed } from '@sequencer/testing/cluster/random';

let namespace: string;
let operator: RunningOperator;
const node = new FakeNode();

beforeAll(async () => {
  namespace = await makeNamespace();
  await node.add();
  operator = await startOperator(namespace);
  await makeSequencer(namespace, 'seq', {
    mode: 'Off',
    runner: { image: 'x', env: [], egress: [], nodeSelector: NOWHERE },
  });
});
afterAll(async () => {
  await operator.stop();
  await node.remove();
  await dropNamespace(namespace);
});

/** What the sequencer should be like. */
const model = {
  mode: 'OFF' as 'OFF' | 'QUEUE',
  hold: null as string | null,
  active: null as string | null,
  queue: [] as { id: string; start: RunStart }[],
};

function settle(): void {
  const next = nextRun(model.hold === null ? model.mode : 'OFF', model.active !== null, model.queue);
  if (!next) return;
  model.active = next.id;
  model.queue = model.queue.filter(({ id }) => id !== next.id);
}

async function same(): Promise<void> {
  await until(`the sequencer is like ${JSON.stringify(model)}`, async () => {
    const { status } = await client.get(SEQUENCERS, namespace, 'seq');
    const found = {
      active: status?.activeRun?.name ?? null,
      hold: status?.hold?.run ?? null,
      length: status?.queueLength,
    };
    expect(found).toEqual({ active: model.active, hold: model.hold, length: model.queue.length });
    return true;
  });
}

test(`the operator does what the queue rule says (seed ${String(seed)})`, { timeout: 180_000 }, async () => {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const moves = { last: 0 };
  const started = new Set<string>();

  const commands: Record<string, () => Promise<void>> = {
    submit: async () => {
      const start: RunStart = random() < 0.3 ? 'RUNNING' : 'QUEUED';
      const { metadata } = await submit(namespace, 'seq', { desiredState: start === 'RUNNING' ? 'Running' : 'Queued' });
      model.queue.push({ id: metadata.name, start });
    },
    cancel: async () => {
      const run = pick(model.queue);
      if (!run) return;
      await client.merge(RUNS, namespace, run.id, { spec: { desiredState: 'Cancelled' } });
      model.queue = model.queue.filter((other) => other !== run);
    },
    remove: async () => {
      const run = pick(model.queue);
      if (!run) return;
      await client.remove(RUNS, namespace, (await client.get(RUNS, namespace, run.id)).metadata);
      model.queue = model.queue.filter((other) => other !== run);
    },
    first: async () => {
      const run = pick(model.queue);
      if (!run) return;
      moves.last -= 1;
      const annotations = { 'sequencer.dev/place': String(moves.last) };
      await client.merge(RUNS, namespace, run.id, { metadata: { annotations } });
      model.queue = [run, ...model.queue.filter((other) => other !== run)];
    },
    mode: async () => {
      model.mode = random() < 0.7 ? 'QUEUE' : 'OFF';
      await client.merge(SEQUENCERS, namespace, 'seq', { spec: { mode: model.mode === 'OFF' ? 'Off' : 'Queue' } });
    },
    resume: async () => {
      if (model.hold === null) return;
      await client.merge(SEQUENCERS, namespace, 'seq', { spec: { resumeAfter: model.hold } });
      model.hold = null;
    },
    end: async () => {
      const run = model.active;
      if (run === null) return;
      const good = random() < 0.7;
      await node.running(namespace, run);
      if (good) await node.ended(namespace, run, 0, outcome('SUCCEEDED', 0, 'Done.'));
      else {
        model.hold = run;
        model.queue = model.queue.map(({ id }) => ({ id, start: 'QUEUED' }));
        await node.ended(namespace, run, 1, outcome('FAILED', 1, 'Why.'), 'Error');
      }
      model.active = null;
    },
    restart: async () => {
      await operator.stop();
      operator = await startOperator(namespace);
    },
  };
  const weights = [
    'submit',
    'submit',
    'submit',
    'end',
    'end',
    'cancel',
    'remove',
    'first',
    'mode',
    'mode',
    'resume',
    'restart',
  ];

  for (let i = 0; i < 70; i++) {
    const name = pick(weights) ?? 'submit';
    await commands[name]?.();
    settle();
    await same();
    if (model.active !== null) started.add(model.active);
  }
  // Which of the commands come is chance; that runs were started at all is not.
  expect(started.size).toBeGreaterThan(2);
  const pods = await client.list(PODS, namespace);
  expect(pods.map(({ metadata }) => metadata.name).filter((pod) => !started.has(pod))).toEqual([]);
});
